using LiftPool.Lifting;

namespace LiftPool.Kernels;

/// <summary>The paper's operator, a filter a channel, or a linear one without projection, with weights that are not its own: what backward saved.</summary>
internal sealed class GivenOperator(Tensor?[] weights, PaddingModes padding) : Module<Tensor, Tensor>(nameof(GivenOperator))
{
    public override Tensor forward(Tensor input)
    {
        var (taps, bias, proj, projBias) = (weights[0]!, weights[1], weights[2], weights[3]);
        var channels = taps.size(0);
        using var scope = NewDisposeScope();
        var filtered = SameConv1d.Compute(input, taps, bias, channels, padding);
        if (proj is null)
        {
            return filtered.MoveToOuterDisposeScope();
        }

        return SameConv1d.Compute(filtered.relu(), proj, projBias, channels, PaddingModes.Zeros).tanh().MoveToOuterDisposeScope();
    }
}

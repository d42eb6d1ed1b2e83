using LiftPool.Lifting;
namespace LiftPool.Calls;

/// <summary>The paper's operator, a filter a channel, or a linear one without projection, with weights that are not its own: what backward saved.</summary>
internal sealed class GivenOperator(Tensor?[] weights, PaddingModes padding, bool isRounded) : Module<Tensor, Tensor>(nameof(GivenOperator)), IAlongAxis
{
    public bool RunsAlongAxes => true;

    public override Tensor forward(Tensor input) => Along(input, dim: 2);

    public Tensor Along(Tensor x, int dim, Func<Tensor, Tensor>? given = null)
    {
        var (taps, bias, proj, projBias) = (weights[0]!, weights[1], weights[2], weights[3]);
        var channels = taps.size(0);
        using var scope = NewDisposeScope();
        var (planes, axis) = Planes.Of(x, dim);
        var filtered = isRounded
            ? SameConv1d.ComputeInOrder(planes, axis, taps, padding)
            : SameConv1d.Compute(planes, axis, taps, bias, channels, padding);
        if (proj is not null)
        {
            filtered = SameConv1d.Compute(filtered.relu(), axis, proj, projBias, channels, PaddingModes.Zeros).tanh();
        }

        return Planes.Undo(filtered, x, dim).MoveToOuterDisposeScope();
    }
}

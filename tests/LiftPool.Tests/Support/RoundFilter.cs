using TorchSharp.Modules;

namespace LiftPool.Tests;

/// <summary>
/// A filter with the same taps for every channel: <c>y[i] = sum of taps[k] * x[i + first + k]</c>, x going round in circles.
/// </summary>
internal sealed class RoundFilter : Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly int first;

    internal RoundFilter(int first, params double[] taps)
        : base(nameof(RoundFilter))
    {
        this.first = first;
        weight = Parameter(tensor(taps, ScalarType.Float64));
        weight.DetachFromDisposeScope();
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
        => Enumerable.Range(0, (int)weight.size(0))
            .Select(k => input.roll(-(first + k), -1).mul(weight[k]))
            .Aggregate((sum, term) => sum.add(term));
}

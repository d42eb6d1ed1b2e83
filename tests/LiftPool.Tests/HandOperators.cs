using TorchSharp.Modules;

namespace LiftPool.Tests;

/// <summary>An operator that hands on its input times a factor. It has no weights.</summary>
internal sealed class Times(double factor) : Module<Tensor, Tensor>(nameof(Times))
{
    public override Tensor forward(Tensor input) => input.mul(factor);
}

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

/// <summary>Schemes for tests that know what comes out.</summary>
internal static class HandSchemes
{
    /// <summary>P = U = 0.</summary>
    internal static LiftingScheme Split() => new(new Times(0), new Times(0));

    /// <summary>P = id, U = id / 2: <c>d</c> is the difference of a pair, first less second, and <c>s</c> its mean.</summary>
    internal static LiftingScheme Haar() => new(new Times(1), new Times(0.5));
}

/// <summary>Tensors of doubles, written and read as numbers.</summary>
internal static class Numbers
{
    internal static Tensor Of(long[] shape, params double[] values) => tensor(values, ScalarType.Float64).reshape(shape);

    internal static double[] In(Tensor x) => x.detach().contiguous().data<double>().ToArray();

    internal static void ShouldBe(this Tensor x, params double[] values)
        => In(x).Should().HaveSameCount(values).And.Equal(values, (actual, wanted) => Math.Abs(actual - wanted) <= 1e-14);
}

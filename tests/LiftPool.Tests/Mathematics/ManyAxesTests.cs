using static LiftPool.Tests.Gradients;

namespace LiftPool.Tests;

/// <summary>A scheme lifts any axis of a tensor of any rank: it gives what it gives for each signal <c>[B, C, L]</c> alone.</summary>
public sealed class ManyAxesTests : IClassFixture<OneThread>
{
    private const double Bound = 1e-13;

    private static readonly int[] Ranks = [3, 4, 5, 6, 7, 8];

    // No two axes that are lifted have one length, so that a mix-up shows.
    private static readonly long[] Shape = [3, 4, 8, 2, 6, 12, 10, 14];

    private static readonly Dictionary<string, Func<LiftingScheme>> Schemes = new()
    {
        ["learned"] = () => new LiftingScheme(4, bias: true, dtype: ScalarType.Float64),
        ["learned, one tap"] = () => new LiftingScheme(4, kernel_size: 1, dtype: ScalarType.Float64),
        ["learned, channels mixed"] = () => new LiftingScheme(4, kernel_size: 3, groups: 1, proj_groups: 2, dtype: ScalarType.Float64),
        ["9/7 with gains"] = () => LiftingScheme.Wavelet(Wavelet.Cdf97, learnable: true, channels: 4, dtype: ScalarType.Float64),
        ["Haar, one tap"] = () => LiftingScheme.Wavelet(Wavelet.Haar, dtype: ScalarType.Float64),
        ["5/3 of integers"] = () => LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true, dtype: ScalarType.Float64),
        ["one's own"] = () => new LiftingScheme(
            Sequential(Conv1d(4, 4, 3, padding: 1, dtype: ScalarType.Float64), GELU()),
            Conv1d(4, 4, 3, padding: 1, dtype: ScalarType.Float64)),
    };

    public static IEnumerable<object[]> Cases =>
        from scheme in Schemes.Keys
        from rank in Ranks
        select new object[] { scheme, rank };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Lifting_is_that_of_each_signal_and_comes_back(string name, int rank)
    {
        for (var dim = 2; dim < rank; dim++)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            manual_seed(1);
            using var scheme = Schemes[name]();
            var x = Values(name, Lengths(rank, dim));

            var (s, d) = scheme.lift(x, dim);

            var (wantedS, wantedD) = SignalBySignal(scheme, x, dim);
            s.LargestErrorTo(wantedS).Should().BeLessThan(Bound, "s along axis {0} of {1}", dim, rank);
            d.LargestErrorTo(wantedD).Should().BeLessThan(Bound, "d along axis {0} of {1}", dim, rank);
            scheme.unlift(s, d, dim).LargestErrorTo(x).Should().BeLessThan(Bound, "axis {0} of {1} comes back", dim, rank);
            scheme.unlift(s, d, dim - rank).LargestErrorTo(x).Should().BeLessThan(Bound, "axes are counted from the end too");
        }
    }

    [Theory]
    [InlineData("learned")]
    [InlineData("learned, one tap")]
    [InlineData("9/7 with gains")]
    [InlineData("one's own")]
    public void Gradients_are_those_of_each_signal(string name)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var scheme = Schemes[name]();
        var x = Values(name, Lengths(rank: 7, dim: 4)).requires_grad_();
        var variables = scheme.parameters().Cast<Tensor>().Prepend(x).ToArray();

        Tensor[] Of((Tensor s, Tensor d) halves, Tensor back) => Derivative.Of(
            Weighed(halves.s).add(Weighed(halves.d.square())).add(Weighed(back.square())), variables, createGraph: false);
        var (s, d) = scheme.lift(x, 4);
        var found = Of((s, d), scheme.unlift(s, d.mul(0.5), 4));

        // The same along the last axis of three.
        var signals = Signals(x, 4);
        var (ofSignalsS, ofSignalsD) = scheme.lift(signals);
        var back = Unfolded(scheme.unlift(ofSignalsS, ofSignalsD.mul(0.5)), x.shape, 4, x.size(4));
        var half = x.size(4) / 2;
        var wanted = Of((Unfolded(ofSignalsS, x.shape, 4, half), Unfolded(ofSignalsD, x.shape, 4, half)), back);

        foreach (var (gradient, right) in found.Zip(wanted))
        {
            gradient.RelativeNormTo(right).Should().BeLessThan(1e-12);
        }
    }

    [Theory]
    [InlineData("learned")]
    [InlineData("Haar, one tap")]
    [InlineData("one's own")]
    public void Strided_and_empty_tensors_too(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        manual_seed(3);
        using var scheme = Schemes[name]();
        var strided = Values(name, [6, 4, 8, 2, 12, 3]).transpose(0, 5).slice(4, 0, 12, 2);

        var (s, d) = scheme.lift(strided, 4);
        var (wantedS, wantedD) = scheme.lift(strided.contiguous(), 4);

        s.IsExactly(wantedS).Should().BeTrue();
        d.IsExactly(wantedD).Should().BeTrue();
        scheme.unlift(s, d, 4).LargestErrorTo(strided).Should().BeLessThan(Bound);
        var nothing = zeros([2, 4, 0], ScalarType.Float64);
        foreach (var shape in new long[][] { [0, 4, 8], [2, 4, 0, 8], [2, 4, 2, 0, 8], [0, 4, 2, 2, 2, 8], [2, 4, 2, 0, 2, 8] })
        {
            var (none, neither) = scheme.lift(zeros(shape, ScalarType.Float64));
            none.shape.Should().Equal([.. shape[..^1], 4]);
            scheme.unlift(none, neither).shape.Should().Equal(shape);
        }

        BadCall.Refused(() => scheme.unlift(nothing, nothing), "LiftingScheme", "at least one sample", "none on axis 2 of [2, 4, 0]", "s");
    }

    // The axis to be lifted, and short ones.
    private static long[] Lengths(int rank, int dim)
        => [.. Shape.Take(rank).Select((length, axis) => axis < 2 || axis == dim ? length : 2 + (axis % 2))];

    private static Tensor Values(string name, long[] shape)
        => name == "5/3 of integers" ? randint(-100, 100, shape).to(ScalarType.Float64) : randn(shape, ScalarType.Float64);

    private static (Tensor s, Tensor d) SignalBySignal(LiftingScheme scheme, Tensor x, int dim)
    {
        // One call for each position on the axes that wait, put together by a plain stack.
        var half = x.size(dim) / 2;
        var signals = Signals(x, dim);
        var halves = Enumerable.Range(0, (int)signals.size(0)).Select(i => scheme.lift(signals.narrow(0, i, 1))).ToArray();
        return (
            Unfolded(cat([.. halves.Select(pair => pair.s)]), x.shape, dim, half),
            Unfolded(cat([.. halves.Select(pair => pair.d)]), x.shape, dim, half));
    }

    /// <summary>Every signal of the axis: the others but the channels moved into the batch.</summary>
    private static Tensor Signals(Tensor x, int dim) => x.movedim([dim, 1], [-1, -2]).flatten(0, -3);

    private static Tensor Unfolded(Tensor signals, long[] shape, int dim, long length)
    {
        long[] waiting = [.. shape.Where((_, axis) => axis != 1 && axis != dim)];
        return signals.reshape([.. waiting, shape[1], length]).movedim([-1, -2], [dim, 1]);
    }
}

using CsCheck;

namespace LiftPool.Tests;

/// <summary>A pool, an input and weights, drawn at random and small first: what <c>up(down(x))</c> is tried on.</summary>
internal sealed record RoundTrip(
    ScalarType Dtype,
    int Axes,
    int Batch,
    long Channels,
    long[] Lengths,
    long Kernel,
    long Groups,
    long ProjGroups,
    PaddingModes Padding,
    bool Ceil,
    bool Bias,
    int Bands,
    double WeightScale,
    double Magnitude,
    int Seed)
{
    // Without a batch axis.
    private const int NoBatch = -1;

    /// <summary>
    /// How far the inverse is off, in the units of the bounds in InvertibilityTests: float64 and float32 in max |error| / max(1, max |x|), half
    /// precision in ulp of the largest magnitude met.
    /// </summary>
    /// <param name="Error">The largest error, NaN if any is.</param>
    /// <param name="Amplification">By how much weights of this size may amplify rounding.</param>
    internal readonly record struct Outcome(double Error, double Amplification);

    internal static Gen<RoundTrip> Cases(ScalarType dtype, int axes, Gen<double> weightScale, Gen<double> magnitude)
    {
        var channelCounts = Gen.Frequency((7, Gen.Int[1, 6]), (1, Gen.OneOf(16, 17, 32)));
        var longest = axes switch { 1 => 40, 2 => 14, _ => 8 };
        var places = Gen.Select(Gen.Int[0, 3], Gen.Bool, channelCounts, Gen.Int[2, longest].Array[axes], (batch, batched, channels, lengths) =>
            (Batch: batched ? batch : NoBatch, Channels: channels, Lengths: Array.ConvertAll(lengths, n => (long)n)));
        var operators = Gen.Select(Gen.Int[0, 4], Gen.Enum<PaddingModes>().Where(mode => mode != PaddingModes.Constant), Gen.Bool, Gen.Bool, Gen.Int[0, 5], Gen.Int[0, 5],
            (margin, padding, ceil, bias, group, projGroup) => (Margin: margin, Padding: padding, Ceil: ceil, Bias: bias, Group: group, ProjGroup: projGroup));
        return Gen.Select(places, operators, Gen.Int[1, AnyPool.AllBands(axes)], weightScale, magnitude, Gen.Int[0, 999], (place, op, bands, scale, size, seed) =>
        {
            // Reflection needs more samples in a half-signal than the margin, wrapping around as many.
            var shortest = place.Lengths.Min(n => op.Ceil ? (n + 1) / 2 : n / 2);
            var widest = op.Padding switch { PaddingModes.Reflect => shortest - 1, PaddingModes.Circular => shortest, _ => op.Margin };
            long[] divisors = [.. Enumerable.Range(1, place.Channels).Where(d => place.Channels % d == 0)];
            return new RoundTrip(
                dtype,
                axes,
                place.Batch,
                place.Channels,
                place.Lengths,
                (2 * Math.Min(op.Margin, widest)) + 1,
                divisors[^((op.Group % divisors.Length) + 1)],
                divisors[^((op.ProjGroup % divisors.Length) + 1)],
                op.Padding,
                op.Ceil,
                op.Bias,
                bands,
                scale,
                size,
                seed);
        });
    }

    internal Outcome Run()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var down = NewPool();
        using var up = AnyPool.Up(Axes, down);
        var x = NewInput();

        var (_, bands) = down.forward_with_bands(x);
        var error = up.forward(bands).LargestErrorTo(x);

        var largest = x.LargestMagnitude();
        return Dtype switch
        {
            ScalarType.BFloat16 => new(error / Ulp(LargestMet(largest, bands), 7, -133), Amplification(down)),
            ScalarType.Float16 => new(error / Ulp(LargestMet(largest, bands), 10, -24), Amplification(down)),
            _ => new(error / Math.Max(1, largest), Amplification(down)),
        };
    }

    /// <summary>The formula of <see cref="Outcome.Amplification"/>, for readers.</summary>
    internal static string AmplificationOf(ScalarType dtype) => IsHalf(dtype) ? "((1 + L_P) * (1 + L_U))^axes" : "max(1, (L_P * L_U)^axes)";

    internal LiftDownPool NewPool()
    {
        manual_seed(Seed);
        using var noGrad = no_grad();
        var pool = AnyPool.Down(Axes, Channels, Kernel, Bands, BandReduction.Sum, Groups, ProjGroups, Bias, Padding, Ceil, dtype: Dtype);
        foreach (var weight in pool.parameters())
        {
            weight.mul_(WeightScale);
        }

        return pool;
    }

    internal Tensor NewInput()
    {
        long[] shape = [.. Batch == NoBatch ? Array.Empty<long>() : [Batch], Channels, .. Lengths];
        return randn(shape, ScalarType.Float64).mul(Magnitude).to(Dtype);
    }

    public override string ToString()
        => $"{Dtype} {Axes}-D batch {(Batch == NoBatch ? "none" : Batch)} channels {Channels} lengths [{string.Join(", ", Lengths)}] kernel {Kernel} "
            + $"groups {Groups} proj_groups {ProjGroups} {Padding} ceil {Ceil} bias {Bias} bands {Bands} weights x {WeightScale:g3} input x {Magnitude:g3} seed {Seed}";

    private static bool IsHalf(ScalarType dtype) => dtype is ScalarType.BFloat16 or ScalarType.Float16;

    private static double LargestMet(double largest, LiftBands bands)
        => bands.Names.Select(name => bands[name].LargestMagnitude()).Aggregate(largest, Math.Max);

    // The distance between the numbers of that many fraction bits around a magnitude; an empty or zero tensor has no error to measure.
    // Below the normal numbers it is that of the smallest one to zero.
    private static double Ulp(double magnitude, int fractionBits, int smallest)
        => magnitude > 0 ? Math.ScaleB(1, Math.Max(Math.ILogB(magnitude) - fractionBits, smallest)) : 1;

    /// <summary>
    /// By how much the inverse may amplify rounding, from L, the largest row sum of <c>|proj| * |conv|</c>: <see cref="AmplificationOf"/>.
    /// The product neglects what comes of one L below 1 and the other above; the few ulp of half precision leave no room for that.
    /// </summary>
    private double Amplification(LiftDownPool pool)
    {
        var weights = pool.state_dict();
        double Lipschitz(string name)
        {
            using var scope = NewDisposeScope();
            var conv = Dense(weights[$"scheme.{name}.conv.weight"], Groups).sum(2);
            var proj = Dense(weights[$"scheme.{name}.proj.weight"], ProjGroups).sum(2);
            return proj.mm(conv).sum(1).max().item<double>();
        }

        var (predict, update) = (Lipschitz("predict"), Lipschitz("update"));
        return IsHalf(Dtype)
            ? Math.Pow((1 + predict) * (1 + update), Axes)
            : Math.Max(1, Math.Pow(predict * update, Axes));
    }

    /// <summary>|weight| of a grouped convolution <c>[C, C / groups, K]</c> as that of one group <c>[C, C, K]</c>.</summary>
    private static Tensor Dense(Tensor weight, long groups)
    {
        var (channels, width) = (weight.size(0), weight.size(1));
        var dense = zeros([channels, channels, weight.size(2)], ScalarType.Float64);
        for (long row = 0; row < channels; row++)
        {
            dense[row].narrow(0, row / (channels / groups) * width, width).copy_(weight[row].abs());
        }

        return dense;
    }
}

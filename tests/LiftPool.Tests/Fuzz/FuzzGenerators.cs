using CsCheck;

namespace LiftPool.Tests;

/// <summary>The calls that are drawn, small ones first and most often.</summary>
internal static class FuzzGenerators
{
    private const double MostBeforeTanh = 10;

    private static readonly Gen<FuzzCall> Calls = Gen.Frequency(
        (3, FuzzCall.Forward),
        (6, FuzzCall.ForwardWithBands),
        (1, FuzzCall.Penalties),
        (5, FuzzCall.Up),
        (2, FuzzCall.ChangedBands),
        (2, FuzzCall.Pyramid),
        (2, FuzzCall.SchemeAlone),
        (1, FuzzCall.Sharing),
        (2, FuzzCall.Surgery),
        (2, FuzzCall.SecondDerivatives),
        (1, FuzzCall.Hooks),
        (1, FuzzCall.State),
        (1, FuzzCall.Regularizer),
        (5, FuzzCall.Refused));

    private static readonly Gen<ScalarType> Dtypes = Gen.Frequency(
        (4, ScalarType.Float64), (4, ScalarType.Float32), (1, ScalarType.Float16), (1, ScalarType.BFloat16));

    // Vectors have from 2 channels (of float64, at 128 bits) to 16 (of float32, at 512): counts that fill them, and that leave a rest.
    private static readonly Gen<int> ChannelCounts = Gen.Frequency((8, Gen.Int[1, 6]), (5, Gen.Int[7, 19]), (2, Gen.Int[20, 37]));

    private static readonly Gen<PaddingModes> Paddings
        = Gen.Frequency((3, PaddingModes.Zeros), (3, PaddingModes.Replicate), (2, PaddingModes.Reflect), (2, PaddingModes.Circular));

    private static readonly Gen<FuzzPool> Pools =
        from dimensions in Gen.Int[1, 3]
        from channels in ChannelCounts
        from dtype in Dtypes
        from all in Gen.Bool
        from axes in Gen.Int[1, (1 << dimensions) - 1]
        from bands in Gen.Int[1, 255]
        from reduction in Gen.Enum<BandReduction>()
        from ceil in Gen.Bool
        from dense in Gen.Frequency((5, DenseMax.None), (1, DenseMax.Ahead), (1, DenseMax.Back), (1, DenseMax.Valid))
        from recompute in Gen.Bool
        from norm in Gen.Frequency((2, (PenaltyNorm?)null), (1, PenaltyNorm.MeanSquare), (1, PenaltyNorm.L2))
        let lifted = all || dimensions == 1 ? LiftAxes.All : (LiftAxes)axes
        select new FuzzPool(dimensions, channels, dtype)
        {
            Axes = lifted,
            Bands = ChosenOf(dimensions, lifted, bands),
            Reduction = reduction,
            Ceil = ceil,
            DenseMax = dense,
            Recompute = recompute,
            Norm = norm,
        };

    // Zero and one are errors or limits, 1 to 9 the usual, more now and then: what no reach covers. Some of the
    // largest float16 together are more than it holds.
    private static Gen<FuzzSignal> Signals(FuzzPool pool) =>
        from batch in Gen.Frequency((1, 0), (6, 1), (4, 2), (1, 3))
        from batched in Gen.Frequency((5, true), (1, false))
        let most = pool.Dimensions == 1 ? 90 : 24
        from lengths in Gen.Frequency(
            (1, Gen.Int[0, 3]), (9, Gen.Int[2, 9]), (3, Gen.Int[8, 20]), (1, Gen.Int[20, most])).Array[pool.Dimensions]
        from isTall in Gen.Frequency((14, false), (1, true))
        from layout in Gen.Frequency((3, FuzzLayout.Contiguous), (2, FuzzLayout.ChannelsLast), (1, FuzzLayout.Transposed),
            (1, FuzzLayout.Strided), (1, FuzzLayout.Slice), (1, FuzzLayout.Expanded))
        from content in Gen.Frequency((16, FuzzContent.Normal), (2, FuzzContent.Integers), (1, FuzzContent.Zeros), (1, FuzzContent.Special))
        from magnitude in Gen.Frequency((6, 1.0), (1, 1e-3), (1, pool.Dtype == ScalarType.Float16 ? 1e4 : 1e3))
        let all = Tall(lengths, isTall && pool.Dimensions > 1)
        select new FuzzSignal(!batched ? null : isTall ? 1 : batch, all) { Layout = layout, Content = content, Magnitude = magnitude };

    // Of so many samples and rows several threads share the planes of one item, if it has some channels.
    private static long[] Tall(int[] lengths, bool isTall)
    {
        long[] least = isTall ? lengths.Length == 2 ? [64, 17] : [33, 9, 9] : new long[lengths.Length];
        return [.. lengths.Zip(least, (length, atLeast) => Math.Max(length, atLeast))];
    }

    private static readonly Gen<double> Tap = Gen.Int[-8, 8].Select(n => n / 8.0);

    private static readonly Gen<FuzzStep[]> Steps =
        (from kind in Gen.Enum<StepKind>()
         from op in Gen.Frequency((3, FuzzOperatorKind.Learned), (3, FuzzOperatorKind.Filter), (3, FuzzOperatorKind.Rectified),
             (1, FuzzOperatorKind.Own))
         from half in Gen.Int[0, 2]
         from taps in Tap.Array[(2 * half) + 1]
         select new FuzzStep(kind, op, taps)).Array[0, 4];

    private static Gen<FuzzScheme> Schemes(FuzzPool pool) =>
        from kind in Gen.Frequency((5, FuzzSchemeKind.Paper), (3, FuzzSchemeKind.Wavelet), (1, FuzzSchemeKind.MaxLifting),
            (1, FuzzSchemeKind.Mean), (4, FuzzSchemeKind.Steps))
        from padding in Paddings
        from wavelet in Gen.Enum<Wavelet>()
        from flags in Gen.Bool.Array[4]
        from lossless in Gen.Frequency((3, false), (1, true))
        from half in Gen.Frequency((8, Gen.Int[0, 2]), (2, Gen.Int[3, 4]), (1, Gen.Int[5, 6]))
        from groups in Gen.Frequency((4, Gen.Const(0)), (1, Gen.Int[0, 9])).Array[2]
        from steps in Steps
        from gains in Gen.OneOf(1.0, 1.0, -1.25, 0.5, 2.0).Array[2]
        from scale in Gen.Frequency((4, 1.0), (1, 2.0))
        select new FuzzScheme(kind, padding)
        {
            Wavelet = wavelet,
            Lossless = lossless && kind == FuzzSchemeKind.Wavelet && pool.Dtype != ScalarType.BFloat16,
            Learnable = flags[0],
            PerChannel = flags[1],
            KernelSize = (2 * half) + 1,
            Groups = DivisorOf(pool.Channels, groups[0]),
            ProjGroups = DivisorOf(pool.Channels, groups[1]),
            Bias = flags[2],
            Tanh = flags[3],
            Steps = steps,
            ApproximationGain = kind == FuzzSchemeKind.Steps ? gains[0] : 1,
            DetailGain = kind == FuzzSchemeKind.Steps ? gains[1] : 1,
            WeightScale = scale,
        };

    /// <summary>Every call.</summary>
    internal static Gen<FuzzCase> Cases { get; } =
        from call in Calls
        from pool in Pools
        from signal in Signals(pool)
        from scheme in Schemes(pool)
        from choice in Gen.Int[0, 9999]
        from seed in Gen.Int[0, 9999]
        let isSecond = call == FuzzCall.SecondDerivatives

        // A tanh's second derivative says nothing where its argument is large.
        let small = isSecond && scheme.HasTanh ? signal with { Magnitude = Math.Min(signal.Magnitude, MostBeforeTanh) } : signal
        let own = scheme.Lossless ? signal with { Content = FuzzContent.Integers, Magnitude = 1 } : small

        // Second derivatives of half types are rounded too often to say much, and so is what modules with hooks give. A list of steps may
        // make small values so large before a tanh that only those of float64 say something.
        let wide = isSecond && scheme.HasTanh && scheme.Kind == FuzzSchemeKind.Steps ? pool with { Dtype = ScalarType.Float64 }
            : (isSecond || call == FuzzCall.Hooks) && pool.IsHalf ? pool with { Dtype = ScalarType.Float32 }
            : pool
        select new FuzzCase(call, wide, scheme, own, choice, seed);

    // The channels themselves, the layers' default, for 0.
    private static long DivisorOf(long channels, int index)
    {
        long[] divisors = [.. Enumerable.Range(1, (int)channels).Select(n => (long)n).Where(n => channels % n == 0).Reverse()];
        return divisors[index % divisors.Length];
    }

    // A band of the enum has L for an axis that is not lifted.
    private static int ChosenOf(int dimensions, LiftAxes axes, int drawn)
    {
        var existing = 0;
        for (var band = 0; band < 1 << dimensions; band++)
        {
            var isThere = true;
            for (var fromEnd = 0; fromEnd < dimensions; fromEnd++)
            {
                // The first letter is the last axis.
                isThere &= (band >> (dimensions - 1 - fromEnd) & 1) == 0 || ((int)axes >> fromEnd & 1) != 0;
            }

            existing |= isThere ? 1 << band : 0;
        }

        return (drawn & existing) is var chosen && chosen != 0 ? chosen : existing;
    }
}

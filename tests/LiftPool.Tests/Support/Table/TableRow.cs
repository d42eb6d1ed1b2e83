using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>A row of the table: a layer in one form.</summary>
/// <param name="Name">The row's name.</param>
/// <param name="Axes">The dimension.</param>
/// <param name="HasKernels">Whether kernels compute it; else it runs on tensor operations whatever path is forced.</param>
/// <param name="Make">The layer of so many channels, of a dtype and on a device if they are given.</param>
internal sealed record TableRow(string Name, int Axes, bool HasKernels, Func<long, ScalarType?, Device?, TableLayer> Make)
{
    /// <summary>Enough channels for the widest vector, and a rest.</summary>
    internal const long Channels = 18;

    // Of the widest vectors of float64.
    private const long FewChannels = 8;

    internal enum Size
    {
        /// <summary>For differences: few samples, so that points without a kink near by are found.</summary>
        Small,

        /// <summary>Odd and even lengths.</summary>
        Ordinary,

        /// <summary>Worth a team of threads, and so long along the first axis that it is cut for them.</summary>
        Large,
    }

    internal static IReadOnlyList<TableRow> All { get; } =
    [
        .. Enumerable.Range(1, 3).SelectMany(OfDimension),
        new("LiftPyramid, one pool, 1-D", 1, true, (channels, dtype, device)
            => TableLayer.Pyramid(new(AnyPool.Down(1, channels, dtype: dtype, device: device), 2))),
        new("LiftPyramid, two pools, 2-D", 2, true, (channels, dtype, device)
            => TableLayer.Pyramid(new(
                AnyPool.Down(2, channels, 3, dtype: dtype, device: device),
                AnyPool.Down(2, LiftingScheme.Wavelet(Wavelet.D4, learnable: true, channels, dtype: dtype, device: device))))),
        new("LiftingScheme", 2, false, (channels, dtype, device)
            => TableLayer.Scheme(new(channels, 3, bias: true, dtype: dtype, device: device))),
    ];

    /// <summary>Whether it is a pyramid. Its inputs have even lengths on every level.</summary>
    private bool IsPyramid => Name.StartsWith(nameof(LiftPyramid), StringComparison.Ordinal);

    /// <summary>Whether it is a scheme alone: a part of the layers, called axis by axis.</summary>
    internal bool IsScheme => Name == nameof(LiftingScheme);

    /// <summary>Whether a module that is not the library's, and computes in its own dtype, is among its operators.</summary>
    internal bool HasOwnOperator => Name.Contains("one's own", StringComparison.Ordinal);

    /// <summary>The paths on which its results may differ.</summary>
    internal IReadOnlyList<string> Paths => HasKernels ? ComputePath.Paths : [ComputePath.Paths[0]];

    internal TableLayer New(ScalarType dtype, int seed = 1, Size size = Size.Ordinary)
    {
        manual_seed(seed);
        var layer = Make(size == Size.Small ? FewChannels : Channels, dtype, null);
        using var noGrad = no_grad();
        foreach (var weight in layer.Weights)
        {
            // Some weights start at a constant.
            weight.add_(randn(weight.shape).By(0.1).to(dtype));
        }

        return layer;
    }

    /// <summary>The same layer with the same weights in float64.</summary>
    internal TableLayer InFloat64(TableLayer other)
    {
        var exact = Make(Channels, ScalarType.Float64, null);
        using var noGrad = no_grad();
        var values = other.Owner.state_dict();
        foreach (var (name, value) in exact.Owner.state_dict())
        {
            value.copy_(values[name]);
        }

        return exact;
    }

    /// <summary>Random inputs: a signal, or the bands of one.</summary>
    internal Tensor[] Inputs(ScalarType dtype, Size size = Size.Ordinary, long batch = 2)
    {
        var channels = size == Size.Small ? FewChannels : Channels;
        long[] lengths = (Axes, size) switch
        {
            _ when IsPyramid => [.. new long[] { size == Size.Large ? 120 : 8, 12 }.Take(Axes)],
            (1, Size.Small) => [7],
            (2, Size.Small) => [5, 4],
            (3, Size.Small) => [2, 4, 3],
            (1, Size.Ordinary) => [13],
            (2, Size.Ordinary) => [9, 6],
            (3, Size.Ordinary) => [5, 4, 6],
            (1, _) => [1000],
            (2, _) => [50, 42],
            _ => [34, 10, 12],
        };
        var isUp = Name.StartsWith("LiftUpPool", StringComparison.Ordinal);
        return [.. Enumerable.Range(0, isUp ? 1 << Axes : 1)
            .Select(_ => randn([batch, channels, .. isUp ? lengths.Select(n => n / 2) : lengths]).to(dtype))];
    }

    /// <summary>
    /// The same to the bit where a kernel computed it. LibTorch's convolutions sum in another order for another layout: tensor operations
    /// agree to rounding.
    /// </summary>
    internal void ShouldAgree(Tensor[] found, Tensor[] wanted, string what)
    {
        if (HasKernels && ComputePath.Last != "tensor")
        {
            ShouldBeSame(found, wanted, what);
            return;
        }

        found.Should().HaveSameCount(wanted);
        foreach (var (value, right) in found.Zip(wanted))
        {
            value.ErrorTo(right).Should().BeLessThanOrEqualTo(Rounding(right.dtype), "{0}", what);
        }
    }

    /// <summary>The same to the bit.</summary>
    internal static void ShouldBeSame(Tensor[] found, Tensor[] wanted, string what)
    {
        found.Should().HaveSameCount(wanted);
        for (var i = 0; i < found.Length; i++)
        {
            found[i].IsExactly(wanted[i]).Should().BeTrue("{0}: tensor {1} of {2} is the same", what, i, found.Length);
        }
    }

    public override string ToString() => Name;

    private static double Rounding(ScalarType dtype) => dtype switch
    {
        ScalarType.Float64 => 1e-14,
        ScalarType.Float32 => 2e-6,
        ScalarType.BFloat16 => 8e-3,
        _ => 1e-3,
    };

    private static IEnumerable<TableRow> OfDimension(int axes)
    {
        var (down, up) = ($"LiftDownPool{axes}d", $"LiftUpPool{axes}d");
        var all = AnyPool.AllBands(axes);
        yield return new(down, axes, true, (channels, dtype, device)
            => TableLayer.Down(AnyPool.Down(axes, channels, dtype: dtype, device: device), all));
        yield return new($"{down}, wavelet's LL", axes, true, (channels, dtype, device)
            => TableLayer.Down(AnyPool.Down(axes, LiftingScheme.Wavelet(Wavelet.Cdf53, dtype: dtype, device: device), 1), 1));
        yield return new($"{down}, dense_max, LearnedMagnitude", axes, true, (channels, dtype, device)
            => TableLayer.Down(
                AnyPool.Down(
                    axes, channels, reduction: BandReduction.LearnedMagnitude, dense_max: DenseMax.Ahead, dtype: dtype, device: device),
                all));
        yield return new($"{down}, groups, Learned", axes, false, (channels, dtype, device)
            => TableLayer.Down(
                AnyPool.Down(
                    axes, channels, 3, reduction: BandReduction.Learned, groups: 2, proj_groups: 1, bias: true,
                    dtype: dtype, device: device),
                all));
        yield return new($"{down}, steps of one's own, Concat", axes, false, (channels, dtype, device)
            => TableLayer.Down(AnyPool.Down(axes, Steps(channels, dtype, device), reduction: BandReduction.Concat), all));
        yield return new($"{down}, ceil_mode, circular, Mean", axes, true, (channels, dtype, device)
            => TableLayer.Down(
                AnyPool.Down(
                    axes, channels, 3, all - 1, BandReduction.Mean, bias: true, padding_mode: PaddingModes.Circular, ceil_mode: true,
                    dtype: dtype, device: device),
                all - 1));
        yield return new($"{up}, tied", axes, true, (channels, dtype, device) =>
        {
            var pool = AnyPool.Down(axes, channels, bias: true, dtype: dtype, device: device);
            return TableLayer.Up(AnyPool.Up(axes, pool), pool);
        });
        yield return new($"{up}, weights of its own", axes, true, (channels, dtype, device)
            => TableLayer.Up(AnyPool.Up(axes, channels, 3, padding_mode: PaddingModes.Replicate, dtype: dtype, device: device)));
    }

    // Update first, an operator that the library does not know, and gains.
    private static LiftingScheme Steps(long channels, ScalarType? dtype, Device? device) => new(
        [
            LiftingStep.Update(LiftingOperators.Filter([0.2, 0.3, 0.1], learnable: true, channels, dtype: dtype, device: device)),
            LiftingStep.Predict(nn.Conv1d(channels, channels, 3, padding: 1, groups: channels, dtype: dtype, device: device)),
            LiftingStep.Update(LiftingOperators.Learned(channels, 3, dtype: dtype, device: device)),
        ],
        approximation_gain: 1.25,
        detail_gain: 0.75);
}

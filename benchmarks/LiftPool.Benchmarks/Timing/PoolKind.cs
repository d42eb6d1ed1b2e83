namespace LiftPool.Benchmarks;

/// <summary>The layers that are compared: each halves every spatial axis.</summary>
internal enum PoolKind
{
    /// <summary>LiftDownPool, all bands summed: the default, and what the targets are for.</summary>
    Lift,

    /// <summary>LiftDownPool of the approximation alone.</summary>
    LowBand,

    Max,

    Average,

    /// <summary>A depthwise convolution with fixed binomial taps.</summary>
    Blur,

    /// <summary>A dense 3-tap convolution of stride 2 from C to C channels, which learns.</summary>
    Strided,
}

/// <summary>Makes the layers and names them.</summary>
internal static class Pools
{
    public static string Title(PoolKind kind) => kind switch
    {
        PoolKind.Lift => "LiftDownPool",
        PoolKind.LowBand => "LiftDownPool, smooth band alone",
        PoolKind.Max => "MaxPool",
        PoolKind.Average => "AvgPool",
        PoolKind.Blur => "depthwise binomial, stride 2",
        PoolKind.Strided => "dense convolution, stride 2",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The layers that are compared on an input: all on planes and lines of float32, else ours and its peer.</summary>
    public static IReadOnlyList<PoolKind> For(Shape shape)
        => shape is { Axes: < 3, IsFloat: true } ? Enum.GetValues<PoolKind>() : [PoolKind.Lift, PoolKind.Max];

    /// <param name="kind">Three axes and other types have <see cref="PoolKind.Lift"/> and <see cref="PoolKind.Max"/> alone.</param>
    /// <param name="axes">One to three.</param>
    /// <param name="channels">Of input and output.</param>
    /// <param name="type">Of the weights; null for float32.</param>
    public static Module<Tensor, Tensor> New(PoolKind kind, int axes, long channels, ScalarType? type = null) => (kind, axes) switch
    {
        (PoolKind.Lift, 1) => new LiftDownPool1d(channels, dtype: type),
        (PoolKind.Lift, 2) => new LiftDownPool2d(channels, dtype: type),
        (PoolKind.Lift, 3) => new LiftDownPool3d(channels, dtype: type),
        (PoolKind.LowBand, 1) => new LiftDownPool1d(channels, bands: Bands1d.L),
        (PoolKind.LowBand, 2) => new LiftDownPool2d(channels, bands: Bands2d.LL),
        (PoolKind.Max, 1) => MaxPool1d(2),
        (PoolKind.Max, 2) => MaxPool2d(2),
        (PoolKind.Max, 3) => MaxPool3d(2),
        (PoolKind.Average, 1) => AvgPool1d(2),
        (PoolKind.Average, 2) => AvgPool2d(2),
        (PoolKind.Blur, 1 or 2) => new BinomialPool(axes, channels),
        (PoolKind.Strided, 1) => Conv1d(channels, channels, 3, stride: 2, padding: 1, bias: false),
        (PoolKind.Strided, 2) => Conv2d(channels, channels, 3, stride: 2, padding: 1, bias: false),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}

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

    public static Module<Tensor, Tensor> New(PoolKind kind, int axes, long channels) => (kind, axes) switch
    {
        (PoolKind.Lift, 1) => new LiftDownPool1d(channels),
        (PoolKind.Lift, _) => new LiftDownPool2d(channels),
        (PoolKind.LowBand, 1) => new LiftDownPool1d(channels, bands: Bands1d.L),
        (PoolKind.LowBand, _) => new LiftDownPool2d(channels, bands: Bands2d.LL),
        (PoolKind.Max, 1) => MaxPool1d(2),
        (PoolKind.Max, _) => MaxPool2d(2),
        (PoolKind.Average, 1) => AvgPool1d(2),
        (PoolKind.Average, _) => AvgPool2d(2),
        (PoolKind.Blur, _) => new BinomialPool(axes, channels),
        (PoolKind.Strided, 1) => Conv1d(channels, channels, 3, stride: 2, padding: 1, bias: false),
        (PoolKind.Strided, _) => Conv2d(channels, channels, 3, stride: 2, padding: 1, bias: false),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}

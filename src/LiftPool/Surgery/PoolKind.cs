namespace LiftPool.Surgery;

/// <summary>What halves a map.</summary>
internal enum PoolKind
{
    /// <summary>The largest of a window: max-lifting stands for it.</summary>
    Max,

    /// <summary>The mean of a window: Haar, scaled.</summary>
    Mean,

    /// <summary>A convolution that gives every second of its values: one of stride 1, of whose pairs the first samples are taken.</summary>
    Convolution,
}

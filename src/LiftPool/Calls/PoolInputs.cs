namespace LiftPool.Calls;

/// <summary>The tensors that a call reads, or their gradients; null for those that there are not.</summary>
/// <param name="Signals">A down-pool's signal; all bands of an up-pool, of one layout.</param>
internal sealed record PoolInputs(Tensor?[] Signals)
{
    /// <summary>
    /// Samples that took no part in the lifting and that an up-pool puts back: a tensor for each odd length that is lifted, or none.
    /// </summary>
    internal Tensor?[] SetAside { get; init; } = [];

    /// <summary>The operators' weights. The kernels take four for each step, tensor operations every parameter.</summary>
    internal Tensor?[] Weights { get; init; } = [];

    /// <summary>The weights of a learned reduction, <c>[bands, channels]</c>.</summary>
    internal Tensor? BandWeights { get; init; }
}

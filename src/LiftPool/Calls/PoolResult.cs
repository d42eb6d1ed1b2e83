namespace LiftPool.Calls;

/// <summary>What comes of a call, or its gradients; null for what nobody asked for, or what has no gradient.</summary>
/// <param name="Output">A down-pool's output; an up-pool's signal.</param>
internal sealed record PoolResult(Tensor? Output)
{
    /// <summary>Every band of a down-pool, if they are kept.</summary>
    internal Tensor?[] Bands { get; init; } = [];

    /// <summary>c_u: 0-dimensional.</summary>
    internal Tensor? UpdatePenalty { get; init; }

    /// <summary>c_p: 0-dimensional.</summary>
    internal Tensor? PredictPenalty { get; init; }

    /// <summary>The output and the bands.</summary>
    internal Tensor?[] Signals => [Output, .. Bands];

    /// <summary>With something else in the place of the output and of each band.</summary>
    internal PoolResult With(Func<Tensor, Tensor> signal)
    {
        Tensor? Mapped(Tensor? tensor) => tensor is null ? null : signal(tensor);
        return this with { Output = Mapped(Output), Bands = Array.ConvertAll(Bands, Mapped) };
    }
}

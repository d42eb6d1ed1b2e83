using LiftPool.Kernels;
using LiftPool.Lifting;

namespace LiftPool.Calls;

/// <summary>
/// What the fused kernels do with tensors: shapes and memory of one call, forwards and backwards. Nothing here touches
/// autograd; <see cref="RecomputingFunction"/> does.
/// </summary>
/// <param name="Request">What is asked for.</param>
/// <param name="Scheme">The steps of the scheme.</param>
/// <param name="Bits">The vector width; 0 for one channel at a time.</param>
internal abstract record FusedCall(PoolRequest Request, FusedScheme Scheme, int Bits) : PoolCall(Request)
{
    /// <inheritdoc cref="Geometry.FirstBorder"/>
    internal PaddingModes FirstPadding { get; init; } = Scheme.Padding;

    /// <inheritdoc cref="Geometry.Counted"/>
    internal (int From, int To) Counted { get; init; } = (0, int.MaxValue);

    /// <summary>Known after forward if penalties are asked for: the backward of L2 divides by the items' norms.</summary>
    internal KernelPenalties? Penalties { get; set; }

    internal static FusedCall For(PoolRequest request, FusedScheme scheme, int bits)
        => request is DownRequest down ? new FusedDown(down, scheme, bits) : new FusedUp((UpRequest)request, scheme, bits);

    internal override PoolResult Compose(PoolInputs inputs)
        => Request.Compose(Request.Steps.With([.. inputs.Weights.Chunk(FusedScheme.WeightsPerStep)]), inputs);

    /// <summary>Memory for the result, but penalties.</summary>
    internal abstract PoolResult NewResult(PoolInputs inputs);

    /// <summary>The result with the penalties, if they are asked for.</summary>
    /// <param name="result">The output and the bands.</param>
    /// <param name="x">The whole signal.</param>
    /// <param name="pieces">The penalties of its pieces, or of the whole as one, each with its first item.</param>
    internal virtual PoolResult WithPenalties(PoolResult result, Tensor x, IReadOnlyList<(long Item, KernelPenalties Penalties)> pieces)
        => result;

    /// <summary>The geometry of a signal of that shape, <c>[N, C, ...]</c>.</summary>
    protected Geometry GeometryFor(long[] shape, bool ceilMode, DenseMax denseMax = DenseMax.None)
    {
        var lengths = shape[2..];
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = Request.Axes.Lifts(i + 2) ? DenseMaximum.Length(lengths[i], denseMax) : lengths[i];
        }

        var (padding, gains) = (KernelWords.Of(Scheme.Padding), Request.Steps.Normalisation);
        var (steps, axes) = (Scheme.Steps, (int)Request.Axes.Axes);
        return new((int)shape[0], (int)shape[1], lengths, ceilMode, padding, steps, gains.Approximation, gains.Detail, axes)
        {
            FirstBorder = KernelWords.Of(FirstPadding),
            Counted = Counted,
            Dense = KernelWords.Of(denseMax),
        };
    }

    protected static StorageType StorageOf(Tensor x) => KernelWords.Of(x.dtype)!.Value;

    /// <summary>No gradients.</summary>
    protected PoolInputs None(PoolInputs inputs)
        => new(new Tensor?[inputs.Signals.Length])
        {
            SetAside = new Tensor?[inputs.SetAside.Length],
            Weights = new Tensor?[Scheme.WeightCount],
        };

    /// <summary>
    /// Tensors for the gradients of the weights, in their order and shapes; null for those that want none, and for those of
    /// steps that are not needed: LibTorch's own layers give an unused weight no gradient, not zeros.
    /// </summary>
    protected static Tensor?[] NewGradients(Tensor?[] weights, bool[]? needed = null)
        => [.. weights.Select((weight, i) =>
            needed?[i / FusedScheme.WeightsPerStep] != false && weight is not null && weight.requires_grad ? empty_like(weight) : null)];

    /// <summary>The memory of the weights, or of their gradients.</summary>
    protected OperatorMemory[] Operators(Addresses addresses, Tensor?[] weights)
    {
        var operators = new OperatorMemory[Scheme.Steps.Length];
        for (var k = 0; k < operators.Length; k++)
        {
            var own = weights.AsSpan(k * FusedScheme.WeightsPerStep, FusedScheme.WeightsPerStep);
            if (own.IndexOfAnyExcept((Tensor?)null) is var first && first < 0)
            {
                continue;
            }

            operators[k] = new(
                StorageOf(own[first]!), addresses.Of(own[0]), addresses.Of(own[1]), addresses.Of(own[2]), addresses.Of(own[3]));
        }

        return operators;
    }

    /// <summary>An uninitialised tensor in the layout of the signal.</summary>
    protected static Tensor New(long[] shape, Tensor like, bool channelsLast)
    {
        if (!channelsLast)
        {
            return empty(shape, dtype: like.dtype, device: CPU);
        }

        long[] inMemory = [shape[0], .. shape[2..], shape[1]];
        return MemoryLayout.ChannelsFromEnd(empty(inMemory, dtype: like.dtype, device: CPU));
    }
}

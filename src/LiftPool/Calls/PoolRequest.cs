using LiftPool.Lifting;

namespace LiftPool.Calls;

/// <summary>
/// What a pool asks for, without the tensors, which come as <see cref="PoolInputs"/>: autograd's node keeps the request until backward,
/// and saves the tensors in its own way.
/// </summary>
/// <param name="Steps">The operators' steps.</param>
/// <param name="Axes">The spatial axes, and which of them are lifted.</param>
internal abstract record PoolRequest(LiftingSteps Steps, LiftedAxes Axes)
{
    /// <summary>
    /// The operators' parameters, if tensor operations are to be computed once more in backward; null if autograd keeps what they need.
    /// </summary>
    internal Func<IEnumerable<Parameter>>? RecomputedParameters { get; init; }

    /// <summary>The same request for a signal of even lengths, of which nothing is set aside.</summary>
    internal virtual PoolRequest ForEvenLengths => this;

    /// <summary>
    /// The pairs of samples along a dimension of one of the signals, <c>[N, C, ...]</c>: the length of a band. Where it is not lifted, each
    /// sample is a pair.
    /// </summary>
    internal abstract long PairsAlong(int dim, long length);

    /// <summary>The pairs along every spatial dimension of a signal of that shape, <c>[N, C, ...]</c>.</summary>
    internal long[] PairsOf(long[] shape)
    {
        var pairs = shape[2..];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = PairsAlong(i + 2, pairs[i]);
        }

        return pairs;
    }

    /// <summary>The result on tensor operations, which every engine has to equal.</summary>
    /// <param name="steps">The request's steps, or the same with other weights.</param>
    /// <param name="inputs">The tensors; their weights are not read, those of the steps are.</param>
    internal abstract PoolResult Compose(LiftingSteps steps, PoolInputs inputs);

    /// <summary>The result of the request, from its own or from that of <see cref="ForEvenLengths"/>.</summary>
    internal virtual PoolResult Complete(PoolResult result, PoolInputs inputs) => result;

    // Autograd knows only lists. The records become lists and come back below, and nowhere else.
    protected abstract int SignalCount { get; }

    protected virtual int SetAsideCount => 0;

    protected virtual bool HasOutput => true;

    protected virtual bool HasPenalties => false;

    internal Tensor?[] ListOf(PoolInputs inputs)
        => [.. inputs.Signals, .. SetAsideCount == 0 ? [] : inputs.SetAside, .. inputs.Weights, inputs.BandWeights];

    internal PoolInputs InputsOf(Tensor?[] list)
    {
        var weights = SignalCount + SetAsideCount;
        return new(list[..SignalCount]) { SetAside = list[SignalCount..weights], Weights = list[weights..^1], BandWeights = list[^1] };
    }

    internal List<Tensor?> ListOf(PoolResult result)
    {
        List<Tensor?> list = HasOutput ? [result.Output, .. result.Bands] : [.. result.Bands];
        if (HasPenalties)
        {
            list.Add(result.UpdatePenalty);
            list.Add(result.PredictPenalty);
        }

        return list;
    }

    internal PoolResult ResultOf(List<Tensor?> list)
    {
        var (first, end) = (HasOutput ? 1 : 0, list.Count - (HasPenalties ? 2 : 0));
        return new(HasOutput ? list[0] : null)
        {
            Bands = [.. list[first..end]],
            UpdatePenalty = HasPenalties ? list[end] : null,
            PredictPenalty = HasPenalties ? list[end + 1] : null,
        };
    }
}

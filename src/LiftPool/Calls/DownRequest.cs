using LiftPool.Lifting;

namespace LiftPool.Calls;

/// <summary>What a down-pool asks for: an output made of some bands, every band, the two penalties.</summary>
/// <inheritdoc/>
internal sealed record DownRequest(LiftingSteps Steps, LiftedAxes Axes) : PoolRequest(Steps, Axes)
{
    /// <summary>Whether an odd axis repeats its last sample, or leaves it out.</summary>
    internal required bool CeilMode { get; init; }

    /// <summary>The maximum that is lifted in the samples' place.</summary>
    internal DenseMax DenseMax { get; init; }

    /// <summary>The bands that the output is made of; none for no output.</summary>
    internal BandSet Output { get; init; }

    /// <summary>How the output is made of them.</summary>
    internal BandReduction Reduction { get; init; }

    /// <summary>Whether every band is asked for.</summary>
    internal bool KeepBands { get; init; }

    /// <summary>How the norms of the penalties are read; null for no penalties.</summary>
    internal PenaltyNorm? Norm { get; init; }

    /// <summary>The bands that have to be computed: the penalties are made of all halves.</summary>
    internal BandSet Needed => KeepBands || HasPenalties ? BandSet.All(Axes.Count) : Output;

    internal override long PairsAlong(int dim, long length) => PairsAlong(Axes, dim, length, DenseMax, CeilMode);

    /// <summary>The same without a request.</summary>
    internal static long PairsAlong(LiftedAxes axes, Index dim, long length, DenseMax denseMax, bool ceilMode)
        => axes.Lifts(dim) ? OddSizes.BandLength(DenseMaximum.Length(length, denseMax), ceilMode) : length;

    internal override PoolResult Compose(LiftingSteps steps, PoolInputs inputs)
    {
        var x = inputs.Signals[0]!;

        // A sample may be in several windows, or stand for the one that is repeated: its gradients are summed before they are rounded.
        var wide = NumberTypes.In(NumberTypes.Computing(x.dtype), x);
        var even = OddSizes.MakeEven(DenseMaximum.Of(wide, Axes, DenseMax), Axes, CeilMode);
        var penalties = Norm is { } norm ? new TensorPenalties(norm, x.dtype) : null;
        var bands = LiftingTransform.Forward(steps, even, x.dtype, Axes, Needed, penalties);
        return new(HasOutput ? OutputOf(bands, inputs.BandWeights, x.dtype) : null)
        {
            Bands = KeepBands ? [.. bands.Select(band => NumberTypes.In(x.dtype, band!))] : [],
            UpdatePenalty = penalties?.Totals.c_u,
            PredictPenalty = penalties?.Totals.c_p,
        };
    }

    private Tensor OutputOf(Tensor?[] bands, Tensor? weights, ScalarType dtype)
    {
        var wide = weights is null ? null : NumberTypes.In(NumberTypes.Computing(weights.dtype), weights);
        var output = BandReducer.Reduce(bands, Output, Reduction, wide);

        // The output may be one band itself. The caller gets that band too, or the penalties need it for their gradient; and an
        // activation may change the output in place.
        var isShared = (KeepBands || HasPenalties) && bands.Any(band => ReferenceEquals(band, output));
        return NumberTypes.In(dtype, isShared ? output.clone() : output);
    }

    protected override int SignalCount => 1;

    protected override bool HasOutput => !Output.IsEmpty;

    protected override bool HasPenalties => Norm is not null;
}

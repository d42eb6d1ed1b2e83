using LiftPool.Lifting;
namespace LiftPool.Calls;

/// <summary>A down-pool on tensor operations.</summary>
/// <param name="steps">The operators' steps.</param>
/// <param name="parametersOf">The operators' parameters.</param>
/// <param name="ceilMode">What becomes of an odd axis.</param>
/// <param name="made">The bands that the output is made of; none for no output.</param>
/// <param name="reduction">How.</param>
/// <param name="keepBands">Whether every band is an output too, after the reduction.</param>
/// <param name="norm">Whether c_u and c_p are outputs too, the last, and of which norm.</param>
internal sealed class TensorDown(LiftingSteps steps, Func<IEnumerable<Parameter>> parametersOf, bool ceilMode, int made, BandReduction reduction, bool keepBands, PenaltyNorm? norm)
    : TensorCall(steps, parametersOf)
{
    /// <summary>The output, every band, c_u and c_p: those asked for.</summary>
    /// <param name="steps">The operators' steps.</param>
    /// <param name="inputs">The signal, the gain of a learned reduction, the operators' parameters.</param>
    protected override List<Tensor> Composed(LiftingSteps steps, Tensor?[] inputs)
        => Compose(steps, inputs[0]!, inputs[1], ceilMode, made, reduction, keepBands, norm);

    /// <summary>The same with steps that come from elsewhere.</summary>
    internal static List<Tensor> Compose(LiftingSteps steps, Tensor x, Tensor? gain, bool ceilMode, int made, BandReduction reduction, bool keepBands, PenaltyNorm? norm)
    {
        var even = OddSizes.MakeEven(x, ceilMode);
        var penalties = norm is { } reading ? new PenaltyTerms(reading, x.dtype) : null;
        var wanted = keepBands || penalties is not null ? LiftingTransform.AllBands((int)even.dim() - 2) : made;
        var bands = LiftingTransform.Forward(steps, even, wanted, penalties);
        List<Tensor> outputs = [];
        if (made != 0)
        {
            var output = BandReducer.Reduce(bands, made, reduction, gain is null ? null : NumberTypes.In(NumberTypes.Computing(gain.dtype), gain));

            // One band alone was chosen: the caller gets it twice, or the penalties need it for their gradient; and an
            // activation may change the output in place.
            var isShared = (keepBands || penalties is not null) && bands.Any(band => ReferenceEquals(band, output));
            outputs.Add(NumberTypes.In(x.dtype, isShared ? output.clone() : output));
        }

        if (keepBands)
        {
            outputs.AddRange(bands.Select(band => NumberTypes.In(x.dtype, band!)));
        }

        if (penalties is not null)
        {
            outputs.AddRange([penalties.Totals.c_u, penalties.Totals.c_p]);
        }

        return outputs;
    }
}

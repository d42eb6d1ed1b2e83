namespace LiftPool.Lifting;

/// <summary>
/// The 1-D step on each spatial axis in turn, horizontal (the last) first: N axes give 2^N bands, and the same
/// operators serve every step.
/// </summary>
/// <remarks>
/// Bands are counted by their names read as binary numbers, L = 0 and H = 1: LL, LH, HL, HH. A set of bands is a bit mask.
/// </remarks>
internal static class LiftingTransform
{
    /// <summary>The set of all bands of so many axes.</summary>
    internal static int AllBands(int axes) => (1 << (1 << axes)) - 1;

    /// <summary>
    /// The bands of <paramref name="x"/>, <c>[B, C, ...]</c> with even lengths, in the type that <see cref="NumberTypes.Computing"/> says; null for those outside
    /// <paramref name="wanted"/>, for which nothing is computed that the others do not need.
    /// </summary>
    internal static Tensor?[] Forward(LiftingSteps steps, Tensor x, int wanted, PenaltyTerms? penalties)
    {
        var axes = (int)x.dim() - 2;
        steps = steps.ComputingIn(NumberTypes.Computing(x.dtype));
        Tensor?[] parts = [Carried(steps, x)];
        for (var axis = 0; axis < axes; axis++)
        {
            parts = steps.Lift(parts, dim: axes + 1 - axis, HalvesLeadingTo(wanted, axes, axis), x.dtype, penalties);
        }

        return [.. parts.Select(band => band is null ? null : Settled(steps, band, x.dtype))];
    }

    /// <summary>Undoes <see cref="Forward"/>, all bands given.</summary>
    internal static Tensor Inverse(LiftingSteps steps, Tensor[] bands)
    {
        var (axes, dtype) = ((int)bands[0].dim() - 2, bands[0].dtype);
        steps = steps.ComputingIn(NumberTypes.Computing(dtype));
        Tensor[] parts = [.. bands.Select(band => Carried(steps, band))];
        for (var axis = axes - 1; axis >= 0; axis--)
        {
            parts = steps.Unlift(parts, dim: axes + 1 - axis, dtype);
        }

        return NumberTypes.In(dtype, parts[0]);
    }

    /// <summary>One axis of even length: approximation and detail.</summary>
    internal static (Tensor s, Tensor d) Lift(LiftingSteps steps, Tensor x, int dim)
    {
        steps = steps.ComputingIn(NumberTypes.Computing(x.dtype));
        var halves = steps.Lift([Carried(steps, x)], dim, wanted: [true, true], x.dtype, penalties: null);
        return (NumberTypes.In(x.dtype, Settled(steps, halves[0]!, x.dtype)), NumberTypes.In(x.dtype, Settled(steps, halves[1]!, x.dtype)));
    }

    /// <summary>Undoes <see cref="Lift"/>.</summary>
    internal static Tensor Unlift(LiftingSteps steps, Tensor s, Tensor d, int dim)
    {
        steps = steps.ComputingIn(NumberTypes.Computing(s.dtype));
        return NumberTypes.In(s.dtype, steps.Unlift([Carried(steps, s), Carried(steps, d)], dim, s.dtype)[0]);
    }

    private static Tensor Carried(LiftingSteps steps, Tensor x) => NumberTypes.In(NumberTypes.Carrying(x.dtype, steps.Rounds), x);

    // In the type that reductions compute in: what is made of several bands is rounded once.
    private static Tensor Settled(LiftingSteps steps, Tensor band, ScalarType dtype)
        => NumberTypes.In(NumberTypes.Computing(dtype), steps.Rounds ? Integers.Settle(band, dtype) : band);

    /// <summary>After lifting <paramref name="axis"/>: for each half, whether a wanted band's name begins with its name.</summary>
    private static bool[] HalvesLeadingTo(int wanted, int axes, int axis)
    {
        var bandsInHalf = 1 << (axes - 1 - axis);
        var half = (1 << bandsInHalf) - 1;
        return [.. Enumerable.Range(0, 1 << (axis + 1)).Select(i => ((wanted >> (i * bandsInHalf)) & half) != 0)];
    }
}

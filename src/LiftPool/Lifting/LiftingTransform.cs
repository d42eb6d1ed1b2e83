namespace LiftPool.Lifting;

/// <summary>
/// The 1-D step on each spatial axis in turn, horizontal (the last) first: N axes give 2^N bands, and the same
/// operators serve every step.
/// </summary>
internal static class LiftingTransform
{
    /// <summary>
    /// The bands of <paramref name="x"/>, <c>[B, C, ...]</c> with even lengths, in the type that <see cref="NumberTypes.Computing"/> says.
    /// Those outside <paramref name="needed"/> are null, and nothing is computed for them that the others do not need.
    /// </summary>
    internal static Tensor?[] Forward(LiftingSteps steps, Tensor x, BandSet needed, TensorPenalties? penalties)
    {
        var axes = (int)x.dim() - 2;
        steps = steps.ComputingIn(NumberTypes.Computing(x.dtype));
        Tensor?[] parts = [InCarryingType(steps, x)];
        for (var axis = 0; axis < axes; axis++)
        {
            parts = steps.Lift(parts, dim: axes + 1 - axis, HalvesLeadingTo(needed, axes, axis), x.dtype, penalties);
        }

        return [.. parts.Select(band => band is null ? null : Finished(steps, band, x.dtype))];
    }

    /// <summary>Undoes <see cref="Forward"/>, all bands given.</summary>
    internal static Tensor Inverse(LiftingSteps steps, Tensor[] bands)
    {
        var (axes, dtype) = ((int)bands[0].dim() - 2, bands[0].dtype);
        steps = steps.ComputingIn(NumberTypes.Computing(dtype));
        Tensor[] parts = [.. bands.Select(band => InCarryingType(steps, band))];
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
        var halves = steps.Lift([InCarryingType(steps, x)], dim, needed: [true, true], x.dtype, penalties: null);
        Tensor InOwnType(Tensor half) => NumberTypes.In(x.dtype, Finished(steps, half, x.dtype));
        return (InOwnType(halves[0]!), InOwnType(halves[1]!));
    }

    /// <summary>Undoes <see cref="Lift"/>.</summary>
    internal static Tensor Unlift(LiftingSteps steps, Tensor s, Tensor d, int dim)
    {
        steps = steps.ComputingIn(NumberTypes.Computing(s.dtype));
        return NumberTypes.In(s.dtype, steps.Unlift([InCarryingType(steps, s), InCarryingType(steps, d)], dim, s.dtype)[0]);
    }

    private static Tensor InCarryingType(LiftingSteps steps, Tensor x) => NumberTypes.In(NumberTypes.Carrying(x.dtype, steps.Rounds), x);

    // In the type that reductions compute in: what is made of several bands is rounded once.
    private static Tensor Finished(LiftingSteps steps, Tensor band, ScalarType dtype)
        => NumberTypes.In(NumberTypes.Computing(dtype), steps.Rounds ? Integers.Narrow(band, dtype) : band);

    /// <summary>After lifting <paramref name="axis"/>: for each half, whether the name of a needed band begins with its name.</summary>
    private static bool[] HalvesLeadingTo(BandSet needed, int axes, int axis)
    {
        var bandsInHalf = 1 << (axes - 1 - axis);
        var half = (1 << bandsInHalf) - 1;
        return [.. Enumerable.Range(0, 1 << (axis + 1)).Select(i => ((needed.Mask >> (i * bandsInHalf)) & half) != 0)];
    }
}

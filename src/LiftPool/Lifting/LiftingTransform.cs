namespace LiftPool.Lifting;

/// <summary>
/// The 1-D step on each axis that is lifted in turn, horizontal (the last) first: N axes give 2^N bands, and the same
/// operators serve every step.
/// </summary>
internal static class LiftingTransform
{
    /// <summary>
    /// The bands of <paramref name="x"/>, <c>[B, C, ...]</c> with even lengths along the lifted axes, of a layer of type
    /// <paramref name="dtype"/>: in the type that <see cref="NumberTypes.Computing"/> says. Those outside <paramref name="needed"/> are
    /// null, and nothing is computed for them that the others do not need.
    /// </summary>
    internal static Tensor?[] Forward(
        LiftingSteps steps, Tensor x, ScalarType dtype, LiftedAxes axes, BandSet needed, TensorPenalties? penalties)
    {
        var dims = axes.Dims;
        steps = steps.ComputingIn(NumberTypes.Computing(dtype));
        Tensor?[] parts = [InCarryingType(steps, x, dtype)];
        for (var axis = 0; axis < dims.Length; axis++)
        {
            parts = steps.Lift(parts, dims[axis], HalvesLeadingTo(needed, dims.Length, axis), dtype, penalties);
        }

        return [.. parts.Select(band => band is null ? null : Finished(steps, band, dtype))];
    }

    /// <summary>Undoes <see cref="Forward"/>, all bands given.</summary>
    internal static Tensor Inverse(LiftingSteps steps, Tensor[] bands, LiftedAxes axes)
    {
        var (dims, dtype) = (axes.Dims, bands[0].dtype);
        steps = steps.ComputingIn(NumberTypes.Computing(dtype));
        Tensor[] parts = [.. bands.Select(band => InCarryingType(steps, band, dtype))];
        for (var axis = dims.Length - 1; axis >= 0; axis--)
        {
            parts = steps.Unlift(parts, dims[axis], dtype);
        }

        return NumberTypes.In(dtype, parts[0]);
    }

    /// <summary>One axis of even length: approximation and detail.</summary>
    internal static (Tensor s, Tensor d) Lift(LiftingSteps steps, Tensor x, int dim)
    {
        steps = steps.ComputingIn(NumberTypes.Computing(x.dtype));
        var halves = steps.Lift([InCarryingType(steps, x, x.dtype)], dim, needed: [true, true], x.dtype, penalties: null);
        Tensor InOwnType(Tensor half) => NumberTypes.In(x.dtype, Finished(steps, half, x.dtype));
        return (InOwnType(halves[0]!), InOwnType(halves[1]!));
    }

    /// <summary>Undoes <see cref="Lift"/>.</summary>
    internal static Tensor Unlift(LiftingSteps steps, Tensor s, Tensor d, int dim)
    {
        steps = steps.ComputingIn(NumberTypes.Computing(s.dtype));
        Tensor[] halves = [InCarryingType(steps, s, s.dtype), InCarryingType(steps, d, s.dtype)];
        return NumberTypes.In(s.dtype, steps.Unlift(halves, dim, s.dtype)[0]);
    }

    private static Tensor InCarryingType(LiftingSteps steps, Tensor x, ScalarType dtype)
        => NumberTypes.In(NumberTypes.Carrying(dtype, steps.Rounds), x);

    // In the type that reductions compute in: what is made of several bands is rounded once.
    private static Tensor Finished(LiftingSteps steps, Tensor band, ScalarType dtype)
        => NumberTypes.In(NumberTypes.Computing(dtype), steps.Rounds ? Integers.Checked(band, dtype) : band);

    /// <summary>
    /// After lifting the axis number <paramref name="axis"/>: for each half, whether the name of a needed band begins with its name.
    /// </summary>
    private static bool[] HalvesLeadingTo(BandSet needed, int axes, int axis)
    {
        var bandsInHalf = 1 << (axes - 1 - axis);
        var half = (1 << bandsInHalf) - 1;
        return [.. Enumerable.Range(0, 1 << (axis + 1)).Select(i => ((needed.Mask >> (i * bandsInHalf)) & half) != 0)];
    }
}

namespace LiftPool.Kernels;

/// <summary>
/// What the operators of the steps gave, for the gradient: a half row for each step along each row of a unit and down each
/// of its columns. When a step is carried back, the gradient of its convolution's output takes the place of that.
/// </summary>
/// <remarks>
/// Units live in a ring as those of <see cref="Lattice{V}"/> do. The margins hold zeros: what is spread over the ends of a
/// row reads there.
/// </remarks>
internal readonly unsafe struct StepOutputs<V>(V* memory, KernelPlan plan, int units)
    where V : unmanaged
{
    private readonly int lastUnit = Lattice<V>.RingUnits(units) - 1;
    private readonly int stride = Stride(plan);

    /// <summary>The memory for at least so many units.</summary>
    internal static long Size(KernelPlan plan, int units)
        => (long)Lattice<V>.RingUnits(units) * RowsInUnit(plan) * Stride(plan);

    /// <summary>Of step k along a row; null if nothing is kept.</summary>
    internal V* AlongRow(int unit, int row, int k) => memory == null ? null : Row(unit, (row * plan.Steps.Length) + k);

    /// <summary>Of step k down the columns of one half; null if nothing is kept.</summary>
    internal V* DownColumns(int unit, int column, int k)
        => memory == null ? null : Row(unit, ((plan.RowsInUnit + column) * plan.Steps.Length) + k);

    internal void Clear() => new Span<V>(memory, checked((int)Size(plan, lastUnit + 1))).Clear();

    private V* Row(int unit, int row)
        => memory + ((((nint)(unit & lastUnit) * RowsInUnit(plan)) + row) * stride) + (2 * plan.Margin);

    private static int RowsInUnit(KernelPlan plan) => (plan.RowsInUnit * plan.Steps.Length) + (2 * plan.VerticalSteps);

    private static int Stride(KernelPlan plan) => plan.Columns + (4 * plan.Margin);
}

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

    /// <summary>The memory for at least so many units and two half rows of zeros.</summary>
    internal static long Size(KernelPlan plan, int units)
        => (((long)Lattice<V>.RingUnits(units) * RowsInUnit(plan)) + 2) * StrideOf(plan);

    /// <summary>From a half row to the next: of the same step along the next row, or down the columns of the other half.</summary>
    internal int Stride { get; } = StrideOf(plan);

    /// <summary>Of step k along the unit's first row; null if nothing is kept.</summary>
    internal V* AlongRows(int unit, int k) => memory == null ? null : Row(unit, k * plan.RowsInUnit);

    /// <summary>Of step k down the columns of one half; null if nothing is kept.</summary>
    internal V* DownColumns(int unit, int column, int k)
        => memory == null ? null : Row(unit, (plan.RowsInUnit * plan.Steps.Length) + (2 * k) + column);

    /// <summary>Two half rows of zeros.</summary>
    internal V* Zeros => Row(0, (lastUnit + 1) * RowsInUnit(plan)) - (2 * plan.Margin);

    internal void Clear() => new Span<V>(memory, checked((int)Size(plan, lastUnit + 1))).Clear();

    private V* Row(int unit, int row)
        => memory + ((((nint)(unit & lastUnit) * RowsInUnit(plan)) + row) * Stride) + (2 * plan.Margin);

    private static int RowsInUnit(KernelPlan plan) => (plan.RowsInUnit * plan.Steps.Length) + (2 * plan.VerticalSteps);

    private static int StrideOf(KernelPlan plan) => plan.Columns + (4 * plan.Margin);
}

using LiftPool.Lifting;

namespace LiftPool.Kernels;

/// <summary>
/// One lifting step on a lattice, along a row or down the columns, forwards or backwards: which rows are read and written,
/// and what stands beyond the ends.
/// </summary>
internal readonly unsafe ref struct AxisKernel<V, T>(KernelPlan plan, Lattice<V> lattice, StepOutputs<V> outputs, V* weights, V* tanhTerms, V** sources)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    internal PackedOperator<V> Operator(KernelStep step) => new(weights + step.Offset, step.Taps);

    /// <summary>Takes step k along the rows of a unit; <paramref name="inverse"/> takes it back.</summary>
    internal void AlongRows(int k, int unit, bool inverse)
    {
        var step = plan.Steps[k];
        var (source, target) = Halves(step);
        Lift(step, lattice.Row(unit, target, 0), RowSources(step, unit, source), outputs.AlongRows(unit, k), inverse, Along);
    }

    /// <summary>
    /// Takes step k down the columns of a unit, of so many halves from <paramref name="column"/> on; <paramref name="inverse"/>
    /// takes it back.
    /// </summary>
    internal void DownColumns(int k, int unit, int column, int halves, bool inverse)
    {
        var step = plan.Steps[k];
        var (source, target) = Halves(step);
        Lift(step, lattice.Row(unit, column, target), ColumnSources(step, unit, column, source), outputs.DownColumns(unit, column, k), inverse, Down(halves));
    }

    private void Lift(KernelStep step, V* target, V** from, V* output, bool inverse, in Rows rows)
    {
        if (step.IsLinear)
        {
            RowKernel<V, T>.LiftLinear(target, from, Operator(step), step.Rounding, Subtracts(step, inverse), in rows);
        }
        else
        {
            RowKernel<V, T>.Lift(target, from, Operator(step), output, tanhTerms, Subtracts(step, inverse), in rows);
        }
    }

    /// <summary>The rows of a unit.</summary>
    internal Rows Along => new(plan.RowsInUnit, plan.Columns, lattice.RowStride, outputs.Stride);

    /// <summary>The halves of a unit.</summary>
    internal Rows Down(int halves) => new(halves, plan.Columns, lattice.ColumnStride, outputs.Stride);

    /// <summary>The half that a step reads and the half that it changes: 1 is the odd one.</summary>
    internal static (int source, int target) Halves(KernelStep step) => step.Kind == StepKind.Predict ? (0, 1) : (1, 0);

    /// <summary>Predict subtracts and update adds, and the inverse turns both round.</summary>
    internal static bool Subtracts(KernelStep step, bool inverse) => (step.Kind == StepKind.Predict) != inverse;

    internal V** RowSources(KernelStep step, int unit, int column)
    {
        for (var row = 0; row < plan.RowsInUnit; row++)
        {
            lattice.Pad(lattice.Row(unit, column, row), plan.HorizontalPadding);
        }

        var first = lattice.Row(unit, column, 0) - (step.Taps / 2);
        for (var k = 0; k < step.Taps; k++)
        {
            sources[k] = first + k;
        }

        return sources;
    }

    internal V** ColumnSources(KernelStep step, int unit, int column, int row)
    {
        var from = unit - (step.Taps / 2);
        for (var k = 0; k < step.Taps; k++, from++)
        {
            sources[k] = (uint)from < (uint)plan.Units ? lattice.Row(from, column, row) : Beyond(from, column, row);
        }

        return sources;
    }

    private V* Beyond(int unit, int column, int row)
    {
        var from = Padding.Source(unit, plan.Units, plan.VerticalPadding);
        return from < 0 ? lattice.Zeros : lattice.Row(from, column, row);
    }
}

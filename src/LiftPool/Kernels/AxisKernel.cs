using LiftPool.Lifting;

namespace LiftPool.Kernels;

/// <summary>
/// One lifting step on a lattice, along a row or down the columns, forwards or backwards: which rows are read and written,
/// and what stands beyond the ends.
/// </summary>
internal readonly unsafe ref struct AxisKernel<V, T>(KernelPlan plan, Lattice<V> lattice, StepOutputs<V> outputs, V* weights, V** sources)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    internal PackedOperator<V> Operator(KernelStep step) => new(weights + step.Offset, step.Taps);

    /// <summary>Takes step k on one row of a unit; <paramref name="inverse"/> takes it back.</summary>
    internal void AlongRow(int k, int unit, int row, bool inverse)
    {
        var step = plan.Steps[k];
        var (source, target) = Halves(step);
        RowKernel<V, T>.Lift(
            lattice.Row(unit, target, row),
            RowSources(step, lattice.Row(unit, source, row)),
            Operator(step),
            outputs.AlongRow(unit, row, k),
            Subtracts(step, inverse),
            lattice.Columns);
    }

    /// <summary>Takes step k down the columns that one half row stands for; <paramref name="inverse"/> takes it back.</summary>
    internal void DownColumns(int k, int unit, int column, bool inverse)
    {
        var step = plan.Steps[k];
        var (source, target) = Halves(step);
        RowKernel<V, T>.Lift(
            lattice.Row(unit, column, target),
            ColumnSources(step, unit, column, source),
            Operator(step),
            outputs.DownColumns(unit, column, k),
            Subtracts(step, inverse),
            lattice.Columns);
    }

    /// <summary>The half that a step reads and the half that it changes: 1 is the odd one.</summary>
    internal static (int source, int target) Halves(KernelStep step) => step.Kind == StepKind.Predict ? (0, 1) : (1, 0);

    /// <summary>Predict subtracts and update adds, and the inverse turns both round.</summary>
    internal static bool Subtracts(KernelStep step, bool inverse) => (step.Kind == StepKind.Predict) != inverse;

    internal V** RowSources(KernelStep step, V* row)
    {
        lattice.Pad(row, plan.Padding);
        row -= step.Taps / 2;
        for (var k = 0; k < step.Taps; k++)
        {
            sources[k] = row + k;
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
        var from = Padding.Source(unit, plan.Units, plan.Padding);
        return from < 0 ? lattice.Zeros : lattice.Row(from, column, row);
    }
}

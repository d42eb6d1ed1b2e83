namespace LiftPool.Kernels;

/// <summary>
/// Takes lifting steps back on a lattice of values and carries the gradient through them on a second lattice. Since a step
/// can be taken back, nothing has to be kept of the values but their end result: with what the operator gave, that restores
/// what the step had changed.
/// </summary>
internal readonly unsafe ref struct GradientKernel<V, T>(KernelPlan plan, Lattice<V> values, Lattice<V> gradients, StepOutputs<V> outputs, V* weights, WeightGradients<V, T> weightGradients, V** sources)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly AxisKernel<V, T> axis = new(plan, values, outputs, weights, tanhTerms: null, sources);

    /// <summary>Through step k along the rows of a unit, which was taken with or without <paramref name="inverse"/>.</summary>
    internal void AlongRows(int k, int unit, bool inverse)
    {
        var step = plan.Steps[k];
        var (source, target) = AxisKernel<V, T>.Halves(step);
        var output = outputs.AlongRows(unit, k);
        LiftBack(k, values.Row(unit, target, 0), gradients.Row(unit, target, 0), output, axis.RowSources(step, unit, source), inverse, axis.Along);

        var to = gradients.Row(unit, source, 0);
        SpreadAlong(step, output, 0, to, plan.Columns);
        for (var i = 1; i <= step.Taps / 2; i++)
        {
            // A sample that stood beyond an end too gets that gradient as well.
            var left = Padding.Source(-i, plan.Columns, plan.HorizontalPadding);
            var right = Padding.Source(plan.Columns - 1 + i, plan.Columns, plan.HorizontalPadding);
            if (left >= 0)
            {
                SpreadAlong(step, output, -i, to + left, 1);
                SpreadAlong(step, output, plan.Columns - 1 + i, to + right, 1);
            }
        }
    }

    /// <summary>
    /// Through step k down the columns at one unit, of so many halves from <paramref name="column"/> on; its sources get their
    /// gradient from <see cref="SpreadDown(int, int, int, int)"/>.
    /// </summary>
    internal void DownColumns(int k, int unit, int column, int halves, bool inverse)
    {
        var step = plan.Steps[k];
        var (source, target) = AxisKernel<V, T>.Halves(step);
        LiftBack(
            k,
            values.Row(unit, column, target),
            gradients.Row(unit, column, target),
            outputs.DownColumns(unit, column, k),
            axis.ColumnSources(step, unit, column, source),
            inverse,
            axis.Down(halves));
    }

    /// <summary>
    /// The gradient of a unit that step k read, once <see cref="DownColumns"/> has been at all units within the operator's reach.
    /// </summary>
    internal void SpreadDown(int k, int unit, int column, int halves)
    {
        var step = plan.Steps[k];
        var to = gradients.Row(unit, column, AxisKernel<V, T>.Halves(step).source);
        SpreadDown(k, step, unit, column, halves, to);
        for (var i = 1; i <= step.Taps / 2; i++)
        {
            if (Padding.Source(-i, plan.Units, plan.VerticalPadding) == unit)
            {
                SpreadDown(k, step, -i, column, halves, to);
            }

            if (Padding.Source(plan.Units - 1 + i, plan.Units, plan.VerticalPadding) == unit)
            {
                SpreadDown(k, step, plan.Units - 1 + i, column, halves, to);
            }
        }
    }

    private void LiftBack(int k, V* target, V* targetGradient, V* output, V** from, bool inverse, in Rows rows)
    {
        var step = plan.Steps[k];
        var (op, gradient) = (axis.Operator(step), weightGradients.Of(step));
        var subtract = AxisKernel<V, T>.Subtracts(step, inverse);
        for (var column = 0; column < rows.Columns; column += WeightGradients<V, T>.BlockColumns)
        {
            var block = rows with { Columns = Math.Min(WeightGradients<V, T>.BlockColumns, rows.Columns - column) };
            if (step.IsLinear)
            {
                RowKernel<V, T>.LiftLinearBack(target + column, targetGradient + column, output + column, from, op, gradient, step.Rounding, subtract, in block);
            }
            else
            {
                RowKernel<V, T>.LiftBack(target + column, targetGradient + column, output + column, from, op, gradient, subtract, in block);
            }

            weightGradients.Added(k);
            for (var tap = 0; tap < step.Taps; tap++)
            {
                from[tap] += block.Columns;
            }
        }
    }

    /// <summary>The gradient of the samples from <paramref name="position"/> on: tap i brought them to position - i + reach.</summary>
    private void SpreadAlong(KernelStep step, V* output, int position, V* to, int columns)
    {
        for (var i = 0; i < step.Taps; i++)
        {
            sources[i] = output + position - i + (step.Taps / 2);
        }

        RowKernel<V, T>.Spread(to, sources, axis.Operator(step), axis.Along with { Columns = columns });
    }

    private void SpreadDown(int k, KernelStep step, int position, int column, int halves, V* to)
    {
        for (var i = 0; i < step.Taps; i++)
        {
            var unit = position - i + (step.Taps / 2);
            sources[i] = (uint)unit < (uint)plan.Units ? outputs.DownColumns(unit, column, k) : outputs.Zeros;
        }

        RowKernel<V, T>.Spread(to, sources, axis.Operator(step), axis.Down(halves));
    }
}

namespace LiftPool.Kernels;

/// <summary>
/// Takes lifting steps back on a lattice of values and carries the gradient through them on a second lattice. Since a step
/// can be taken back, nothing but the end result is needed: the operator runs once more, which restores what it had
/// changed and gives what its gradient needs.
/// </summary>
internal readonly unsafe ref struct GradientKernel<V, T>(KernelPlan plan, Lattice<V> values, Lattice<V> gradients, V* weights, V* weightGradients, V* inner, V** sources)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly AxisKernel<V, T> axis = new(plan, values, weights, sources);

    /// <summary>A row of the convolution's gradient has margins of twice the reach: what is spread over the ends reads there.</summary>
    internal static long InnerSize(KernelPlan plan) => (long)(plan.Units + 1) * InnerStride(plan);

    private static int InnerStride(KernelPlan plan) => plan.Columns + (4 * plan.Margin);

    internal static void ClearInner(KernelPlan plan, V* inner) => new Span<V>(inner, checked((int)InnerSize(plan))).Clear();

    /// <summary>Through a step along one row of a unit, which was taken with or without <paramref name="inverse"/>.</summary>
    internal void AlongRow(KernelStep step, int unit, int row, bool inverse)
    {
        var (source, target) = AxisKernel<V, T>.Halves(step);
        var reach = step.Taps / 2;
        var taps = axis.Operator(step);
        var own = Inner(plan.Units);
        RowKernel<V, T>.LiftBack(
            values.Row(unit, target, row),
            gradients.Row(unit, target, row),
            own,
            axis.RowSources(step, values.Row(unit, source, row)),
            taps,
            new PackedOperator<V>(weightGradients + step.Offset, step.Taps),
            AxisKernel<V, T>.Subtracts(step, inverse),
            plan.Columns);

        var to = gradients.Row(unit, source, row);
        SpreadAlong(taps, own, to, 0, plan.Columns);
        for (var i = 1; i <= reach; i++)
        {
            // A sample that stood beyond an end too gets that gradient as well.
            var left = Padding.Source(-i, plan.Columns, plan.Padding);
            var right = Padding.Source(plan.Columns - 1 + i, plan.Columns, plan.Padding);
            if (left >= 0)
            {
                SpreadAlong(taps, own, to + left, -i, 1);
                SpreadAlong(taps, own, to + right, plan.Columns - 1 + i, 1);
            }
        }
    }

    /// <summary>Through a step down the columns of one half, all units of it.</summary>
    internal void DownColumns(KernelStep step, int column, bool inverse)
    {
        var (source, target) = AxisKernel<V, T>.Halves(step);
        var reach = step.Taps / 2;
        var taps = axis.Operator(step);
        for (var unit = 0; unit < plan.Units; unit++)
        {
            RowKernel<V, T>.LiftBack(
                values.Row(unit, column, target),
                gradients.Row(unit, column, target),
                Inner(unit),
                axis.ColumnSources(step, unit, column, source),
                taps,
                new PackedOperator<V>(weightGradients + step.Offset, step.Taps),
                AxisKernel<V, T>.Subtracts(step, inverse),
                plan.Columns);

            // The last unit that this one's taps read has its gradient whole by now.
            if (unit >= reach)
            {
                SpreadDown(taps, unit - reach, gradients.Row(unit - reach, column, source));
            }
        }

        for (var unit = Math.Max(0, plan.Units - reach); unit < plan.Units; unit++)
        {
            SpreadDown(taps, unit, gradients.Row(unit, column, source));
        }

        for (var i = 1; i <= reach; i++)
        {
            var top = Padding.Source(-i, plan.Units, plan.Padding);
            var bottom = Padding.Source(plan.Units - 1 + i, plan.Units, plan.Padding);
            if (top >= 0)
            {
                SpreadDown(taps, -i, gradients.Row(top, column, source));
                SpreadDown(taps, plan.Units - 1 + i, gradients.Row(bottom, column, source));
            }
        }
    }

    private V* Inner(int unit) => inner + ((nint)unit * InnerStride(plan)) + (2 * plan.Margin);

    /// <summary>The gradient of the samples from <paramref name="position"/> on: tap k brought them to position - k + reach.</summary>
    private void SpreadAlong(PackedOperator<V> taps, V* from, V* to, int position, int count)
    {
        for (var k = 0; k < taps.Count; k++)
        {
            sources[k] = from + position - k + (taps.Count / 2);
        }

        RowKernel<V, T>.Spread(to, sources, taps, count);
    }

    private void SpreadDown(PackedOperator<V> taps, int position, V* to)
    {
        for (var k = 0; k < taps.Count; k++)
        {
            var unit = position - k + (taps.Count / 2);
            sources[k] = unit >= 0 && unit < plan.Units ? Inner(unit) : values.Zeros;
        }

        RowKernel<V, T>.Spread(to, sources, taps, plan.Columns);
    }
}

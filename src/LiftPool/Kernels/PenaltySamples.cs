namespace LiftPool.Kernels;

/// <summary>
/// The odd samples as they were before an axis was lifted, which c_u compares the approximation with, and the sums of
/// squares over a plane. Term 0 is the step along the rows; terms 1 and 2 those down the columns of its low and its high half.
/// </summary>
internal readonly unsafe struct PenaltySamples<V, T>(KernelPlan plan, Lattice<V> lattice, Lattice<V> rowSamples, Lattice<V> columnSamples, V* memory)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    // So few terms lose less than 1e-6 of their sum in float32.
    private const int BlockColumns = 32;

    private readonly CompensatedSums<V, T> sums = new(memory, plan.PenaltySums);

    /// <summary>The memory for the sums of squares.</summary>
    internal static long SumsSize(KernelPlan plan) => CompensatedSums<V, T>.Size(plan.PenaltySums);

    internal void Begin() => sums.Clear();

    /// <summary>Before the steps along the rows of these units.</summary>
    internal void SaveAlongRows(int from, int to)
    {
        for (var unit = from; unit < to; unit++)
        {
            for (var row = 0; row < plan.RowsInUnit; row++)
            {
                Copy(lattice.Row(unit, 1, row), rowSamples.Row(unit, 1, row));
            }
        }
    }

    /// <summary>Before the steps down the columns, if there are any.</summary>
    internal void SaveDownColumns(int from, int to)
    {
        for (var unit = from; unit < to && plan.VerticalSteps > 0; unit++)
        {
            Copy(lattice.Row(unit, 0, 1), columnSamples.Row(unit, 0, 1));
            Copy(lattice.Row(unit, 1, 1), columnSamples.Row(unit, 1, 1));
        }
    }

    /// <summary>After the steps along the rows.</summary>
    internal void AddAlongRows(int from, int to)
    {
        for (var unit = from; unit < to; unit++)
        {
            if (!Counts(unit))
            {
                continue;
            }

            for (var row = 0; row < plan.RowsInUnit; row++)
            {
                Add(0, lattice.Row(unit, 0, row), rowSamples.Row(unit, 1, row), lattice.Row(unit, 1, row));
            }
        }
    }

    /// <summary>After the steps down the columns, if there are any.</summary>
    internal void AddDownColumns(int from, int to)
    {
        for (var unit = from; unit < to && plan.VerticalSteps > 0; unit++)
        {
            for (var column = 0; column < 2 && Counts(unit); column++)
            {
                Add(1 + column, lattice.Row(unit, column, 0), columnSamples.Row(unit, column, 1), lattice.Row(unit, column, 1));
            }
        }
    }

    /// <summary>
    /// Before the steps along a unit's rows are taken back: what the penalties add to the gradients of s and d. Keeps s - xo in
    /// the place of xo, for <see cref="GradientOfOddAlongRows"/>.
    /// </summary>
    internal void GradientAlongRows(Lattice<V> gradients, int unit, ReadOnlySpan<double> factors)
    {
        for (var row = 0; row < plan.RowsInUnit && Counts(unit); row++)
        {
            Gradient(0, lattice.Row(unit, 0, row), lattice.Row(unit, 1, row), rowSamples.Row(unit, 1, row), gradients.Row(unit, 0, row), gradients.Row(unit, 1, row), factors);
        }
    }

    /// <summary>As <see cref="GradientAlongRows"/>, down the columns, if there are steps there.</summary>
    internal void GradientDownColumns(Lattice<V> gradients, int unit, ReadOnlySpan<double> factors)
    {
        for (var column = 0; column < 2 && plan.VerticalSteps > 0 && Counts(unit); column++)
        {
            Gradient(1 + column, lattice.Row(unit, column, 0), lattice.Row(unit, column, 1), columnSamples.Row(unit, column, 1), gradients.Row(unit, column, 0), gradients.Row(unit, column, 1), factors);
        }
    }

    /// <summary>After the steps along a unit's rows are taken back: the odd samples' own part in s - xo.</summary>
    internal void GradientOfOddAlongRows(Lattice<V> gradients, int unit, ReadOnlySpan<double> factors)
    {
        for (var row = 0; row < plan.RowsInUnit && Counts(unit); row++)
        {
            Subtract(rowSamples.Row(unit, 1, row), gradients.Row(unit, 1, row), factors[0]);
        }
    }

    /// <summary>As <see cref="GradientOfOddAlongRows"/>, down the columns, if there are steps there.</summary>
    internal void GradientOfOddDownColumns(Lattice<V> gradients, int unit, ReadOnlySpan<double> factors)
    {
        for (var column = 0; column < 2 && plan.VerticalSteps > 0 && Counts(unit); column++)
        {
            Subtract(columnSamples.Row(unit, column, 1), gradients.Row(unit, column, 1), factors[2 * (1 + column)]);
        }
    }

    /// <summary>Adds the sums over the lanes from <paramref name="firstLane"/> on to <c>[terms, 2]</c> doubles.</summary>
    internal void Store(double* target, int firstLane)
    {
        for (var i = 0; i < plan.PenaltySums; i++)
        {
            var lanes = (T*)(sums.Totals + i);
            target[i] = 0;
            for (var lane = firstLane; lane < V.Count; lane++)
            {
                target[i] += typeof(T) == typeof(float) ? ((float*)lanes)[lane] : ((double*)lanes)[lane];
            }
        }
    }

    private (int First, int Last) CountedColumns => plan.Axes == 1 ? (plan.Counted.From, Math.Min(plan.Counted.To, plan.Columns)) : (0, plan.Columns);

    private bool Counts(int unit) => plan.Axes == 1 || (unit >= plan.Counted.From && unit < plan.Counted.To);

    private void Copy(V* from, V* to) => new ReadOnlySpan<V>(from, plan.Columns).CopyTo(new Span<V>(to, plan.Columns));

    private void Add(int term, V* s, V* odd, V* d)
    {
        var (first, last) = CountedColumns;
        for (var from = first; from < last; from += BlockColumns)
        {
            V approximation = default, detail = default;
            for (int j = from, end = Math.Min(from + BlockColumns, last); j < end; j++)
            {
                var difference = s[j] - odd[j];
                approximation = V.MultiplyAdd(difference, difference, approximation);
                detail = V.MultiplyAdd(d[j], d[j], detail);
            }

            sums.Current[2 * term] = approximation;
            sums.Current[(2 * term) + 1] = detail;
            sums.Fold(2 * term, 2);
        }
    }

    private void Gradient(int term, V* s, V* d, V* odd, V* sGradient, V* dGradient, ReadOnlySpan<double> factors)
    {
        var approximation = Activation.Of<V, T>(factors[2 * term]);
        var detail = Activation.Of<V, T>(factors[(2 * term) + 1]);
        var (first, last) = CountedColumns;
        for (var j = first; j < last; j++)
        {
            odd[j] = s[j] - odd[j];
            sGradient[j] = V.MultiplyAdd(approximation, odd[j], sGradient[j]);
            dGradient[j] = V.MultiplyAdd(detail, d[j], dGradient[j]);
        }
    }

    private void Subtract(V* difference, V* gradient, double factor)
    {
        var negative = Activation.Of<V, T>(-factor);
        var (first, last) = CountedColumns;
        for (var j = first; j < last; j++)
        {
            gradient[j] = V.MultiplyAdd(negative, difference[j], gradient[j]);
        }
    }
}

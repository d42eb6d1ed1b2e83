namespace LiftPool.Kernels;

/// <summary>What the stages of a step have in common: the table of addresses for the loop, and the way through the planes.</summary>
internal abstract unsafe class StepStage<V, T>(PassContext<V, T> context, StepPlan plan, int addresses) : Stage
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    // So much of a table stays beside the lines in the cache.
    private const long MostBytes = 32 << 10;

    private V** table;
    private V** pairs;
    private int together;

    // Whether the table has all row pairs, which are the same for each item; and how many it has by now.
    private bool holdsAll;
    private int filled;

    protected PassContext<V, T> Context => context;

    protected Geometry Geometry => context.Geometry;

    protected StepPlan Plan => plan;

    protected KernelStep Step { get; } = context.Geometry.Steps[plan.Step];

    protected PackedWeights<V> Weights => context.WeightsOf(plan.Step);

    protected int Columns => context.Geometry.Columns;

    internal override bool IsAlongDepth => plan.Axis == 2;

    internal override void TakeMemory(Arena arena, int together)
    {
        this.together = together;
        var ofRow = (long)plan.Lines.Length * addresses;
        var rows = (long)Geometry.Planes * Geometry.Rows;
        holdsAll = rows * ofRow * sizeof(V*) <= MostBytes;
        table = (V**)arena.Take<nint>((holdsAll ? rows : together) * ofRow);
        pairs = (V**)arena.Take<nint>(Step.Taps);
    }

    internal override void Run(int plane, int from, int to)
    {
        if (!IsAlongDepth)
        {
            RunRows(plane, from, to);
            return;
        }

        for (var z = from; z < to; z++)
        {
            for (var row = 0; row < Geometry.Rows; row += together)
            {
                RunRows(z, row, Math.Min(row + together, Geometry.Rows));
            }
        }
    }

    /// <summary>Does the step on these row pairs of one plane.</summary>
    protected abstract void RunRows(int plane, int from, int to);

    /// <summary>Where the taps read.</summary>
    protected abstract LineBuffer<V> Sources { get; }

    /// <summary>From the place of one tap to that of the next: 1, or -1 for what was read from there.</summary>
    protected virtual int Direction => 1;

    /// <summary>The line that the taps read, by its slot.</summary>
    protected abstract int SourceOf(in StepLine line);

    /// <summary>Writes the addresses before those of the sources.</summary>
    protected abstract void Fill(V** row, in StepLine line, int plane, int y);

    /// <summary>The pairs that a step reads after its own.</summary>
    protected int ReachOf(int taps) => Plan.Axis == 0 || taps == 1 ? 0
        : Geometry.BorderOf(Plan.Axis) == Border.Circular ? Geometry.PairsAlong(Plan.Axis)
        : taps / 2;

    /// <summary>The addresses of all lines of these row pairs.</summary>
    protected V** Table(int plane, int from, int to)
    {
        var first = holdsAll ? (plane * Geometry.Rows) + from : 0;
        var rows = table + (first * plan.Lines.Length * addresses);
        if (holdsAll && first + to - from <= filled)
        {
            return rows;
        }

        var row = rows;
        for (var y = from; y < to; y++)
        {
            Fill(row, plane, y, offset: 0);
            row += plan.Lines.Length * addresses;
        }

        filled = first + to - from;
        return rows;
    }

    /// <summary>The addresses of the lines of one row pair, whose taps read so much farther on.</summary>
    protected void Fill(V** row, int plane, int y, int offset)
    {
        for (var k = 0; k < Step.Taps; k++)
        {
            var at = offset + (Direction * (k - Step.Reach));
            pairs[k] = Plan.Axis switch
            {
                0 => Sources.Pair(plane, y) + at,
                1 => Sources.Pair(plane, y + at),
                _ => Sources.Pair(plane + at, y),
            };
        }

        foreach (ref readonly var line in plan.Lines.AsSpan())
        {
            Fill(row, in line, plane, y);
            var (sources, slot) = (addresses - Step.Taps, SourceOf(in line) * Sources.Stride);
            for (var k = 0; k < Step.Taps; k++)
            {
                row[sources + k] = pairs[k] == null ? Sources.Zeros : pairs[k] + slot;
            }

            row += addresses;
        }
    }
}

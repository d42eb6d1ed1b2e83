namespace LiftPool.Kernels;

/// <summary>A line that a step changes: where its value is before and after, where what it reads, and where its output is kept.</summary>
/// <param name="Line">The line: a band's number.</param>
/// <param name="From">The slot of its value before.</param>
/// <param name="To">The slot of its value after.</param>
/// <param name="Source">The slot of the other half.</param>
/// <param name="Kept">The slot of what is kept for the gradient.</param>
internal readonly record struct StepLine(int Line, int From, int To, int Source, int Kept);

/// <summary>A step along one axis.</summary>
/// <param name="Step">Which of the scheme's.</param>
/// <param name="Axis">0 along the rows, 1 down the columns, 2 through the planes.</param>
/// <param name="Subtract">Whether it subtracts.</param>
/// <param name="Kept">What is kept of it.</param>
/// <param name="Lines">The lines that it changes.</param>
internal sealed record StepPlan(int Step, int Axis, bool Subtract, Kept Kept, StepLine[] Lines);

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

/// <summary>Takes a step, or takes it back: the value of a line minus or plus what the operator makes of the other half.</summary>
internal sealed unsafe class LiftStage<V, T>(PassContext<V, T> context, StepPlan plan, LineBuffer<V> values, LineBuffer<V> kept, bool keepsSources)
    : StepStage<V, T>(context, plan, Fixed + context.Geometry.Steps[plan.Step].Taps)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private const int Fixed = LiftLoop<V, T, LinearBody<V, T>>.Fixed;

    internal override int Reach => ReachOf(Step.Taps);

    internal override int Keeps => keepsSources ? 0 : Reach;

    internal override bool Changes => true;

    /// <summary>Whether a gradient needs what it keeps or reads.</summary>
    internal bool IsRead => keepsSources || Plan.Kept != Kept.Nothing;

    protected override void RunRows(int plane, int from, int to)
    {
        if (Plan.Axis == 0 && Step.Reach > 0 && Geometry.BorderOf(0) != Border.Zeros)
        {
            for (var y = from; y < to; y++)
            {
                foreach (ref readonly var line in Plan.Lines.AsSpan())
                {
                    values.Pad(values.Line(line.Source, plane, y), Step.Reach, Geometry.BorderOf(0));
                }
            }
        }

        var lines = (to - from) * Plan.Lines.Length;
        var table = Table(plane, from, to);
        switch (Step)
        {
            case { IsLinear: false }:
                Lift<TanhBody<V, T>>(table, lines);
                break;
            case { Rounding: Rounding.None }:
                Lift<LinearBody<V, T>>(table, lines);
                break;
            case { Rounding: Rounding.Down }:
                Lift<RoundedBody<V, T, RoundsDown>>(table, lines);
                break;
            default:
                Lift<RoundedBody<V, T, RoundsToNearest>>(table, lines);
                break;
        }
    }

    private void Lift<TBody>(V** table, int lines)
        where TBody : struct, IOperatorBody<TBody, V, T>
        => TapLoop.Run(Step.Taps, new LiftLoop<V, T, TBody>(table, lines, Columns, Weights, Context.TanhTerms, Plan.Subtract, Plan.Kept));

    protected override void Fill(V** row, in StepLine line, int plane, int y)
    {
        row[0] = values.Line(line.From, plane, y);
        row[1] = values.Line(line.To, plane, y);
        row[2] = Plan.Kept == Kept.Nothing ? null : kept.Line(line.Kept, plane, y);
    }

    protected override LineBuffer<V> Sources => values;

    protected override int SourceOf(in StepLine line) => line.Source;
}

/// <summary>
/// The gradient of a step's operator: adds to the gradients of its weights, and puts that of its convolution's sum into the place of its
/// output, for <see cref="SpreadStage{V, T}"/> to carry on.
/// </summary>
internal sealed unsafe class LiftBackStage<V, T>(PassContext<V, T> context, StepPlan plan, LineBuffer<V> values, LineBuffer<V> kept, LineBuffer<V> gradients)
    : StepStage<V, T>(context, plan, FixedOf(context.Geometry.Steps[plan.Step]) + context.Geometry.Steps[plan.Step].Taps)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private static int FixedOf(KernelStep step) => step.IsLinear ? TapGradientLoop<V, T>.Fixed : LiftBackLoop<V, T>.Fixed;

    protected override void RunRows(int plane, int from, int to)
    {
        var table = Table(plane, from, to);
        var lines = (to - from) * Plan.Lines.Length;
        if (Plan.Kept == Kept.Derivative)
        {
            Multiply(table, lines);
            return;
        }

        // Sums of so few terms keep float32's digits.
        var stride = FixedOf(Step) + Step.Taps;
        var linesTogether = Math.Max(1, WeightSums<V, T>.BlockColumns / Columns);
        var gradient = Context.Sums!.Of(Plan.Step);
        for (var line = 0; line < lines; line += linesTogether)
        {
            var count = Math.Min(linesTogether, lines - line);
            for (var column = 0; column < Columns; column += WeightSums<V, T>.BlockColumns)
            {
                var end = Math.Min(column + WeightSums<V, T>.BlockColumns, Columns);
                var rows = table + (line * stride);
                if (Step.IsLinear)
                {
                    TapLoop.Run(Step.Taps, new TapGradientLoop<V, T>(rows, count, column, end, gradient, Plan.Subtract));
                }
                else
                {
                    TapLoop.Run(Step.Taps, new LiftBackLoop<V, T>(rows, count, column, end, Weights, gradient, Plan.Subtract));
                }

                Context.Sums.Added(Plan.Step);
            }
        }
    }

    private void Multiply(V** row, int lines)
    {
        for (var stride = FixedOf(Step) + Step.Taps; lines > 0; lines--, row += stride)
        {
            V* target = row[0], derivative = row[1];
            for (int j = 0, end = Columns; j < end; j++)
            {
                derivative[j] *= target[j];
            }
        }
    }

    protected override void Fill(V** row, in StepLine line, int plane, int y)
    {
        row[0] = gradients.Line(line.Line, plane, y);
        if (!Step.IsLinear)
        {
            row[1] = kept.Line(line.Kept, plane, y);
        }
    }

    protected override LineBuffer<V> Sources => values;

    protected override int SourceOf(in StepLine line) => line.Source;
}

/// <summary>
/// Carries the gradient of a step's operator on to what it read. Of a linear one that is the gradient of what the step changed.
/// </summary>
internal sealed unsafe class SpreadStage<V, T>(PassContext<V, T> context, StepPlan plan, LineBuffer<V> kept, LineBuffer<V> gradients)
    : StepStage<V, T>(context, plan, Fixed + context.Geometry.Steps[plan.Step].Taps)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private const int Fixed = SpreadLoop<V, T>.Fixed;

    private V** beyond;

    internal override int Reach => ReachOf(Step.Taps);

    internal override int Keeps => Step.IsLinear ? Reach : 0;

    internal override bool Changes => true;

    private bool HasBorder => Step.Reach > 0 && Geometry.BorderOf(Plan.Axis) != Border.Zeros;

    internal override void TakeMemory(Arena arena, int together)
    {
        base.TakeMemory(arena, together);
        beyond = HasBorder ? (V**)arena.Take<nint>((long)Plan.Lines.Length * (Fixed + Step.Taps)) : null;
    }

    protected override void RunRows(int plane, int from, int to)
    {
        Spread(Table(plane, from, to), (to - from) * Plan.Lines.Length, Columns);

        // A sample that stood beyond an end too gets that gradient as well.
        var pairs = Geometry.PairsAlong(Plan.Axis);
        for (var i = 1; HasBorder && i <= Step.Reach; i++)
        {
            SpreadBeyond(plane, from, to, -i);
            SpreadBeyond(plane, from, to, pairs - 1 + i);
        }
    }

    private void SpreadBeyond(int plane, int from, int to, int position)
    {
        var source = Borders.Source(position, Geometry.PairsAlong(Plan.Axis), Geometry.BorderOf(Plan.Axis));
        if (Plan.Axis == 1)
        {
            (from, to) = (Math.Max(from, source), Math.Min(to, source + 1));
        }

        for (var y = from; y < to && (Plan.Axis != 2 || source == plane); y++)
        {
            Fill(beyond, plane, y, Plan.Axis switch { 0 => position, 1 => position - y, _ => position - plane });
            for (var line = 0; Plan.Axis == 0 && line < Plan.Lines.Length; line++)
            {
                beyond[line * (Fixed + Step.Taps)] += source;
            }

            Spread(beyond, Plan.Lines.Length, Plan.Axis == 0 ? 1 : Columns);
        }
    }

    // What a linear operator gave is not kept; the sign of what is kept has the step's in it.
    private void Spread(V** table, int lines, int columns)
        => TapLoop.Run(Step.Taps, new SpreadLoop<V, T>(table, lines, columns, Weights, Step.IsLinear && Plan.Subtract));

    // Tap k brought the samples to the position that is so much before theirs.
    protected override int Direction => -1;

    protected override LineBuffer<V> Sources => Step.IsLinear ? gradients : kept;

    protected override int SourceOf(in StepLine line) => Step.IsLinear ? line.Line : line.Kept;

    protected override void Fill(V** row, in StepLine line, int plane, int y)
        => row[0] = gradients.Line(line.Line ^ Geometry.LetterOf(Plan.Axis), plane, y);
}

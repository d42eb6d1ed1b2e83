namespace LiftPool.Kernels;

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

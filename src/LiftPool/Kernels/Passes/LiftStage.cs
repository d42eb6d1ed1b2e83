namespace LiftPool.Kernels;

/// <summary>Takes a step, or takes it back: the value of a line minus or plus what the operator makes of the other half.</summary>
internal sealed unsafe class LiftStage<V, T>(
    PassContext<V, T> context,
    StepPlan plan,
    LineBuffer<V> values,
    LineBuffer<V> kept,
    bool keepsSources)
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
            case { Operator: OperatorKind.Tanh }:
                Lift<TanhBody<V, T>>(table, lines);
                break;
            case { Operator: OperatorKind.Relu }:
                Lift<ReluBody<V, T>>(table, lines);
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

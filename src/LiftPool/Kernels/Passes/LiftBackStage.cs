namespace LiftPool.Kernels;

/// <summary>
/// The gradient of a step's operator: adds to the gradients of its weights, and puts that of its convolution's sum into the place of its
/// output, for <see cref="SpreadStage{V, T}"/> to carry on.
/// </summary>
internal sealed unsafe class LiftBackStage<V, T>(
    PassContext<V, T> context,
    StepPlan plan,
    LineBuffer<V> values,
    LineBuffer<V> kept,
    LineBuffer<V> gradients)
    : StepStage<V, T>(context, plan, FixedOf(context.Geometry.Steps[plan.Step]) + context.Geometry.Steps[plan.Step].Taps)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private static int FixedOf(KernelStep step)
        => step.IsLinear ? TapGradientLoop<V, T>.Fixed : LiftBackLoop<V, T, TanhBody<V, T>>.Fixed;

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
                switch (Step.Operator)
                {
                    case OperatorKind.Tanh:
                        Back<TanhBody<V, T>>(rows, count, column, end, gradient);
                        break;
                    case OperatorKind.Relu:
                        Back<ReluBody<V, T>>(rows, count, column, end, gradient);
                        break;
                    default:
                        TapLoop.Run(Step.Taps, new TapGradientLoop<V, T>(rows, count, column, end, gradient, Plan.Subtract));
                        break;
                }

                Context.Sums.Added(Plan.Step);
            }
        }
    }

    private void Back<TBody>(V** rows, int count, int column, int end, PackedWeights<V> gradient)
        where TBody : struct, IActivatedBody<TBody, V, T>
        => TapLoop.Run(Step.Taps, new LiftBackLoop<V, T, TBody>(rows, count, column, end, Weights, gradient, Plan.Subtract));

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

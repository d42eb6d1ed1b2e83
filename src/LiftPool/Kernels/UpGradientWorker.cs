namespace LiftPool.Kernels;

/// <summary>
/// An up-pool's gradient in one pass over memory: the signal once more from the bands, and, as soon as a unit's is there,
/// the steps again from it and its gradient to the bands.
/// </summary>
internal sealed unsafe class UpGradientWorker<V, T> : UpWorker<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly Lattice<V> gradients;
    private readonly StepOutputs<V> outputs;
    private readonly WeightGradients<V, T> weightGradients;
    private readonly V* readSquare;
    private readonly V* writeSquares;
    private readonly PixelWriter<V, T>[] writers;
    private PixelReader<V, T> reader;

    internal UpGradientWorker(KernelCall call)
        : base(call, WindowOf(call.Plan), LatticeSize(call.Plan, WindowOf(call.Plan)) + StepOutputs<V>.Size(call.Plan, WindowOf(call.Plan)) + WeightGradients<V, T>.Size(call.Plan) + PixelReader<V, T>.SquareSize + ((long)call.Plan.Bands * PixelWriter<V, T>.SquareSize))
    {
        gradients = TakeLattice(WindowOf(Plan));
        outputs = new StepOutputs<V>(Take(StepOutputs<V>.Size(Plan, WindowOf(Plan))), Plan, WindowOf(Plan));
        outputs.Clear();
        weightGradients = new WeightGradients<V, T>(Take(WeightGradients<V, T>.Size(Plan)), Plan);
        readSquare = Take(PixelReader<V, T>.SquareSize);
        writeSquares = Take((long)Plan.Bands * PixelWriter<V, T>.SquareSize);
        writers = new PixelWriter<V, T>[Plan.Bands];
    }

    internal override void Run(Plane plane, Plane next, V* weights)
    {
        Begin(plane, next);
        reader = SignalReader(Call.SignalGradient, plane, next, readSquare);
        for (var band = 0; band < writers.Length; band++)
        {
            writers[band] = BandWriter(Call.BandGradients[band], Plan.Channels, plane, writeSquares + (band * PixelWriter<V, T>.SquareSize), writers.Length);
        }

        var axis = new AxisKernel<V, T>(Plan, Lattice, outputs, weights, TanhTerms, Sources);
        var back = new GradientKernel<V, T>(Plan, Lattice, gradients, outputs, weights, weightGradients, Sources);
        for (var unit = -2 * Plan.UpDelay; unit < Plan.Units; unit += Plan.UnitsTogether)
        {
            Advance(axis, unit + (2 * Plan.UpDelay));
            AlongRows(back, unit + Plan.UpDelay);
            DownColumns(back, unit + Plan.UpDelay);
            for (var (done, end) = Plan.Together(unit); done < end; done++)
            {
                WriteUnit(done);
            }
        }

        for (var band = 0; band < writers.Length; band++)
        {
            writers[band].Flush();
        }
    }

    internal override void BeginShare() => weightGradients.Clear();

    internal override void StoreShare(int share, int firstChannel) => weightGradients.Store(ShareMemory(share, firstChannel), Plan.Channels);

    // There and back.
    private static int WindowOf(KernelPlan plan) => plan.Window(2 * plan.UpDelay);

    private void AlongRows(GradientKernel<V, T> back, int unit)
    {
        var (from, to) = Plan.Together(unit);
        for (var read = from; read < to; read++)
        {
            for (var row = Plan.RowsInUnit - 1; row >= 0; row--)
            {
                reader.ReadSplit(gradients.Row(read, 1, row), gradients.Row(read, 0, row), 2 * Plan.Columns);
            }
        }

        for (var k = 0; k < Plan.Steps.Length; k++)
        {
            for (var next = from; next < to; next++)
            {
                back.AlongRows(k, next, inverse: true);
            }
        }
    }

    private void DownColumns(GradientKernel<V, T> back, int unit)
    {
        // As forwards, these steps and those along the rows keep out of each other's way.
        unit -= Plan.Lag;
        for (var k = 0; k < Plan.VerticalSteps; k++)
        {
            for (var (next, end) = Plan.Together(unit); next < end; next++)
            {
                back.DownColumns(k, next, 0, 2, inverse: true);
            }

            unit -= Plan.Lag;
            for (var (next, end) = Plan.Together(unit); next < end; next++)
            {
                back.SpreadDown(k, next, 0, 2);
            }
        }
    }

    private void WriteUnit(int unit)
    {
        for (var band = 0; band < writers.Length; band++)
        {
            var (column, r) = Plan.HalvesOf(band);
            var samples = gradients.Row(unit, column, r);
            Ungain(samples, band);
            writers[band].Write(samples, Plan.Columns);
        }
    }
}

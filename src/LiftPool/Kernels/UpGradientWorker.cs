namespace LiftPool.Kernels;

/// <summary>
/// An up-pool's gradient: the signal once more from the bands, and from it and its gradient back to the bands.
/// </summary>
internal sealed unsafe class UpGradientWorker<V, T> : UpWorker<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly Lattice<V> gradients;
    private readonly V* weightGradients;
    private readonly V* inner;
    private readonly V* square;

    internal UpGradientWorker(KernelCall call)
        : base(call, call.Plan.Units, LatticeSize(call.Plan, call.Plan.Units) + call.Plan.WeightVectors + GradientKernel<V, T>.InnerSize(call.Plan) + Math.Max(PixelReader<V, T>.SquareSize, PixelWriter<V, T>.SquareSize))
    {
        gradients = TakeLattice(Plan.Units);
        weightGradients = Take(Plan.WeightVectors);
        inner = Take(GradientKernel<V, T>.InnerSize(Plan));
        square = Take(Math.Max(PixelReader<V, T>.SquareSize, PixelWriter<V, T>.SquareSize));
        GradientKernel<V, T>.ClearInner(Plan, inner);
    }

    internal override void Run(int sample, int firstChannel, V* weights)
    {
        base.Run(sample, firstChannel, weights);
        new Span<V>(weightGradients, Plan.WeightVectors).Clear();
        ReadSignalGradient(sample, firstChannel);

        var kernel = new GradientKernel<V, T>(Plan, Lattice, gradients, weights, weightGradients, inner, Sources);
        for (var unit = 0; unit < Plan.Units; unit++)
        {
            for (var r = Plan.RowsInUnit - 1; r >= 0; r--)
            {
                foreach (var step in Plan.Steps)
                {
                    kernel.AlongRow(step, unit, r, inverse: true);
                }
            }
        }

        for (var k = 0; k < Plan.VerticalSteps; k++)
        {
            kernel.DownColumns(Plan.Steps[k], 0, inverse: true);
            kernel.DownColumns(Plan.Steps[k], 1, inverse: true);
        }

        WriteBandGradients(sample, firstChannel);
        StoreWeightGradients(weightGradients, sample, firstChannel);
    }

    private void ReadSignalGradient(int sample, int firstChannel)
    {
        var reader = Reader(Call.SignalGradient, Plan.Channels, Plan.Height, Plan.Width, sample, firstChannel, square);
        for (var unit = 0; unit < Plan.Units; unit++)
        {
            for (var r = Plan.RowsInUnit - 1; r >= 0; r--)
            {
                reader.ReadSplit(gradients.Row(unit, 1, r), gradients.Row(unit, 0, r), 2 * Plan.Columns);
            }
        }
    }

    private void WriteBandGradients(int sample, int firstChannel)
    {
        for (var band = 0; band < Plan.Bands; band++)
        {
            var (column, r) = Plan.HalvesOf(band);
            var writer = Writer(Call.BandGradients[band], Plan.Channels, Plan.Units, Plan.Columns, sample, firstChannel, square);
            for (var unit = 0; unit < Plan.Units; unit++)
            {
                writer.Write(gradients.Row(unit, column, r), Plan.Columns);
            }

            writer.Flush();
        }
    }
}

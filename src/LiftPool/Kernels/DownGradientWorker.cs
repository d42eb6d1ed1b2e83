namespace LiftPool.Kernels;

/// <summary>
/// A down-pool's gradient: the bands once more from the input, and from them and their gradients back to the input.
/// </summary>
internal sealed unsafe class DownGradientWorker<V, T> : DownWorker<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly Lattice<V> gradients;
    private readonly V* weightGradients;
    private readonly V* inner;
    private readonly V* row;
    private readonly V* square;

    internal DownGradientWorker(KernelCall call)
        : base(call, call.Plan.Units, LatticeSize(call.Plan, call.Plan.Units) + call.Plan.WeightVectors + GradientKernel<V, T>.InnerSize(call.Plan) + (2L * call.Plan.Columns) + 1 + Math.Max(PixelReader<V, T>.SquareSize, PixelWriter<V, T>.SquareSize))
    {
        gradients = TakeLattice(Plan.Units);
        weightGradients = Take(Plan.WeightVectors);
        inner = Take(GradientKernel<V, T>.InnerSize(Plan));
        row = Take((2L * Plan.Columns) + 1);
        square = Take(Math.Max(PixelReader<V, T>.SquareSize, PixelWriter<V, T>.SquareSize));
        GradientKernel<V, T>.ClearInner(Plan, inner);
    }

    internal override void Run(int sample, int firstChannel, V* weights)
    {
        base.Run(sample, firstChannel, weights);
        gradients.Clear();
        new Span<V>(weightGradients, Plan.WeightVectors).Clear();
        foreach (var sink in Call.SinkGradients)
        {
            ReadGradient(sink, sample, firstChannel);
        }

        var kernel = new GradientKernel<V, T>(Plan, Lattice, gradients, weights, weightGradients, inner, Sources);
        var factors = Call.PenaltyFactors is null ? [] : Call.PenaltyFactors.AsSpan(sample * 2 * Plan.Terms, 2 * Plan.Terms);
        for (var column = 0; Plan.VerticalSteps > 0 && column < 2; column++)
        {
            for (var unit = 0; unit < Plan.Units && factors.Length > 0; unit++)
            {
                Penalties.GradientDownColumns(gradients, unit, column, factors);
            }

            for (var k = Plan.VerticalSteps - 1; k >= 0; k--)
            {
                kernel.DownColumns(Plan.Steps[k], column, inverse: false);
            }

            for (var unit = 0; unit < Plan.Units && factors.Length > 0; unit++)
            {
                Penalties.GradientOfOddDownColumns(gradients, unit, column, factors);
            }
        }

        for (var unit = 0; unit < Plan.Units; unit++)
        {
            for (var r = Plan.RowsInUnit - 1; r >= 0; r--)
            {
                if (factors.Length > 0)
                {
                    Penalties.GradientAlongRow(gradients, unit, r, factors);
                }

                for (var k = Plan.Steps.Length - 1; k >= 0; k--)
                {
                    kernel.AlongRow(Plan.Steps[k], unit, r, inverse: false);
                }

                if (factors.Length > 0)
                {
                    Penalties.GradientOfOddAlongRow(gradients, unit, r, factors);
                }
            }
        }

        WriteSignalGradient(sample, firstChannel);
        StoreWeightGradients(weightGradients, sample, firstChannel);
    }

    private void ReadGradient(BandSink sink, int sample, int firstChannel)
    {
        var reader = Reader(sink.Tensor, sink.Channels, Plan.Units, Plan.Columns, sample, sink.FirstChannel + firstChannel, square);
        var scale = Activation.Of<V, T>(sink.Scale);
        for (var unit = 0; unit < Plan.Units; unit++)
        {
            reader.Read(row, Plan.Columns);
            var gains = (T*)sink.Gains + firstChannel;
            var gainGradients = (T*)Call.GainGradients + ((nint)sample * int.PopCount(sink.Bands) * Plan.Channels) + firstChannel;
            for (var band = 0; band < Plan.Bands; band++)
            {
                if ((sink.Bands >> band & 1) == 0)
                {
                    continue;
                }

                var (column, r) = Plan.HalvesOf(band);
                var to = gradients.Row(unit, column, r);
                var factor = scale;
                if (sink.Gains != 0)
                {
                    factor = V.Load(gains);
                    gains += Plan.Channels;
                    var samples = Lattice.Row(unit, column, r);
                    var sum = unit == 0 ? default : V.Load(gainGradients);
                    for (var j = 0; j < Plan.Columns; j++)
                    {
                        sum = V.MultiplyAdd(row[j], samples[j], sum);
                    }

                    sum.Store(gainGradients);
                    gainGradients += Plan.Channels;
                }

                for (var j = 0; j < Plan.Columns; j++)
                {
                    to[j] = V.MultiplyAdd(factor, row[j], to[j]);
                }
            }
        }
    }

    private void WriteSignalGradient(int sample, int firstChannel)
    {
        var writer = Writer(Call.SignalGradient, Plan.Channels, Plan.Height, Plan.Width, sample, firstChannel, square);
        var lines = Plan.Units * Plan.RowsInUnit;
        for (var line = 0; line < Plan.Height; line++)
        {
            if (line >= lines)
            {
                // What floor mode leaves out has no part in the bands.
                new Span<V>(row, Plan.Width).Clear();
            }
            else
            {
                MergeLine(line);
                if (line == Plan.Height - 1 && lines > Plan.Height)
                {
                    AddLine(line + 1);
                }
            }

            writer.Write(row, Plan.Width);
        }

        writer.Flush();
    }

    private void MergeLine(int line)
    {
        var (unit, r) = (line / Plan.RowsInUnit, Plan.RowsInUnit - 1 - (line % Plan.RowsInUnit));
        V* odd = gradients.Row(unit, 1, r), even = gradients.Row(unit, 0, r);
        for (var j = 0; j < Plan.Columns; j++)
        {
            row[2 * j] = odd[j];
            row[(2 * j) + 1] = even[j];
        }

        if (Plan.Width > 2 * Plan.Columns)
        {
            row[Plan.Width - 1] = default;
        }
        else if (Plan.Width < 2 * Plan.Columns)
        {
            row[Plan.Width - 1] += row[Plan.Width];
        }
    }

    // The repeated last row is the last row.
    private void AddLine(int line)
    {
        var (unit, r) = (line / Plan.RowsInUnit, Plan.RowsInUnit - 1 - (line % Plan.RowsInUnit));
        V* odd = gradients.Row(unit, 1, r), even = gradients.Row(unit, 0, r);
        for (var x = 0; x < 2 * Plan.Columns; x++)
        {
            row[Math.Min(x, Plan.Width - 1)] += (x % 2 == 0 ? odd : even)[x / 2];
        }
    }
}

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
    private readonly V* zeros;
    private readonly V* square;

    internal DownGradientWorker(KernelCall call)
        : base(call, call.Plan.Units, LatticeSize(call.Plan, call.Plan.Units) + call.Plan.WeightVectors + GradientKernel<V, T>.InnerSize(call.Plan) + call.Plan.Columns + (2L * call.Plan.Columns) + 1 + Math.Max(PixelReader<V, T>.SquareSize, PixelWriter<V, T>.SquareSize))
    {
        gradients = TakeLattice(Plan.Units);
        weightGradients = Take(Plan.WeightVectors);
        inner = Take(GradientKernel<V, T>.InnerSize(Plan));
        row = Take(Plan.Columns);
        zeros = Take((2L * Plan.Columns) + 1);
        new Span<V>(zeros, (2 * Plan.Columns) + 1).Clear();
        square = Take(Math.Max(PixelReader<V, T>.SquareSize, PixelWriter<V, T>.SquareSize));
        GradientKernel<V, T>.ClearInner(Plan, inner);
    }

    internal override void Run(int sample, int firstChannel, V* weights)
    {
        base.Run(sample, firstChannel, weights);
        new Span<V>(weightGradients, Plan.WeightVectors).Clear();
        var written = 0;
        foreach (var sink in Call.SinkGradients)
        {
            ReadGradient(sink, sample, firstChannel, written);
            written |= sink.Bands;
        }

        for (var band = 0; band < Plan.Bands; band++)
        {
            if ((written >> band & 1) == 0)
            {
                ClearGradient(band);
            }
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

    /// <summary>
    /// Adds the gradient of one output to those of the bands it is made of; <paramref name="written"/> are the bands that have
    /// one already, the others' memory holds anything.
    /// </summary>
    private void ReadGradient(BandSink sink, int sample, int firstChannel, int written)
    {
        var reader = Reader(sink.Tensor, sink.Channels, Plan.Units, Plan.Columns, sample, sink.FirstChannel + firstChannel, square);
        for (var unit = 0; unit < Plan.Units; unit++)
        {
            reader.Read(row, Plan.Columns);
            var used = 0;
            for (var band = 0; band < Plan.Bands; band++)
            {
                if ((sink.Bands >> band & 1) == 0)
                {
                    continue;
                }

                var (column, r) = Plan.HalvesOf(band);
                var factor = Activation.Of<V, T>(sink.Scale);
                if (sink.Gains != 0)
                {
                    factor = V.Load((T*)sink.Gains + (used * Plan.Channels) + firstChannel);
                    AddGainGradient(Lattice.Row(unit, column, r), unit == 0, GainGradient(sink, used++, sample, firstChannel));
                }

                var to = gradients.Row(unit, column, r);
                if ((written >> band & 1) == 0)
                {
                    for (int j = 0, columns = Plan.Columns; j < columns; j++)
                    {
                        to[j] = factor * row[j];
                    }
                }
                else
                {
                    for (int j = 0, columns = Plan.Columns; j < columns; j++)
                    {
                        to[j] = V.MultiplyAdd(factor, row[j], to[j]);
                    }
                }
            }
        }
    }

    private T* GainGradient(BandSink sink, int i, int sample, int firstChannel)
        => (T*)Call.GainGradients + ((((nint)sample * int.PopCount(sink.Bands)) + i) * Plan.Channels) + firstChannel;

    private void AddGainGradient(V* band, bool first, T* gradient)
    {
        var sum = first ? default : V.Load(gradient);
        for (var j = 0; j < Plan.Columns; j++)
        {
            sum = V.MultiplyAdd(row[j], band[j], sum);
        }

        sum.Store(gradient);
    }

    private void ClearGradient(int band)
    {
        var (column, r) = Plan.HalvesOf(band);
        for (var unit = 0; unit < Plan.Units; unit++)
        {
            new Span<V>(gradients.Row(unit, column, r), Plan.Columns).Clear();
        }
    }

    private void WriteSignalGradient(int sample, int firstChannel)
    {
        var writer = Writer(Call.SignalGradient, Plan.Channels, Plan.Height, Plan.Width, sample, firstChannel, square);
        for (var line = 0; line < Plan.Height; line++)
        {
            var unit = line / Plan.RowsInUnit;
            if (unit == Plan.Units)
            {
                // What floor mode leaves out has no part in the bands.
                writer.Write(zeros, Plan.Width);
                continue;
            }

            var r = Plan.RowsInUnit - 1 - (line % Plan.RowsInUnit);
            if (line == Plan.Height - 1 && r > 0)
            {
                // ceil_mode: the repeated last row is the last row.
                Add(gradients.Row(unit, 1, 0), gradients.Row(unit, 1, 1), Plan.Columns);
                Add(gradients.Row(unit, 0, 0), gradients.Row(unit, 0, 1), Plan.Columns);
            }

            V* odd = gradients.Row(unit, 1, r), even = gradients.Row(unit, 0, r);
            if (Plan.Width < 2 * Plan.Columns)
            {
                Add(even + Plan.Columns - 1, odd + Plan.Columns - 1, 1);
            }

            var paired = Math.Min(Plan.Width, 2 * Plan.Columns);
            writer.WriteMerged(odd, even, paired);
            writer.Write(zeros, Plan.Width - paired);
        }

        writer.Flush();
    }

    private static void Add(V* terms, V* sums, int count)
    {
        for (var j = 0; j < count; j++)
        {
            sums[j] += terms[j];
        }
    }
}

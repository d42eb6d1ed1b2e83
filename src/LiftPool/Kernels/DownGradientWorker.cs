namespace LiftPool.Kernels;

/// <summary>
/// A down-pool's gradient in one pass over memory: the bands once more from the input, and, as soon as a unit's are there,
/// the steps back from them and their gradients to the input.
/// </summary>
internal sealed unsafe class DownGradientWorker<V, T> : DownWorker<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly Lattice<V> gradients;
    private readonly StepOutputs<V> outputs;
    private readonly WeightGradients<V, T> weightGradients;
    private readonly V* row;
    private readonly V* zeros;
    private readonly V* readSquares;
    private readonly V* writeSquare;
    private readonly PixelReader<V, T>[] readers;
    private PixelWriter<V, T> writer;

    internal DownGradientWorker(KernelCall call)
        : base(call, WindowOf(call.Plan), LatticeSize(call.Plan, WindowOf(call.Plan)) + StepOutputs<V>.Size(call.Plan, WindowOf(call.Plan)) + WeightGradients<V, T>.Size(call.Plan) + (3L * call.Plan.Columns) + 1 + ((long)call.SinkGradients.Length * PixelReader<V, T>.SquareSize) + PixelWriter<V, T>.SquareSize)
    {
        gradients = TakeLattice(WindowOf(Plan));
        outputs = new StepOutputs<V>(Take(StepOutputs<V>.Size(Plan, WindowOf(Plan))), Plan, WindowOf(Plan));
        outputs.Clear();
        weightGradients = new WeightGradients<V, T>(Take(WeightGradients<V, T>.Size(Plan)), Plan);
        row = Take(Plan.Columns);
        zeros = Take((2L * Plan.Columns) + 1);
        new Span<V>(zeros, (2 * Plan.Columns) + 1).Clear();
        readSquares = Take((long)call.SinkGradients.Length * PixelReader<V, T>.SquareSize);
        writeSquare = Take(PixelWriter<V, T>.SquareSize);
        readers = new PixelReader<V, T>[call.SinkGradients.Length];
    }

    internal override void Run(Plane plane, Plane next, V* weights)
    {
        Begin(plane, next);
        for (var i = 0; i < readers.Length; i++)
        {
            var sink = Call.SinkGradients[i];
            readers[i] = BandReader(sink.Tensor, sink.Channels, plane.From(sink.FirstChannel), next.From(sink.FirstChannel), readSquares + (i * PixelReader<V, T>.SquareSize));
        }

        writer = SignalWriter(Call.SignalGradient, plane, writeSquare);
        var axis = new AxisKernel<V, T>(Plan, Lattice, outputs, weights, TanhTerms, Sources);
        var back = new GradientKernel<V, T>(Plan, Lattice, gradients, outputs, weights, weightGradients, Sources);
        var factors = Call.PenaltyFactors is null ? [] : Call.PenaltyFactors.AsSpan(plane.Sample * 2 * Plan.Terms, 2 * Plan.Terms);
        for (var unit = -2 * Plan.DownDelay; unit < Plan.Units; unit += Plan.UnitsTogether)
        {
            Advance(axis, unit + (2 * Plan.DownDelay));
            DownColumns(back, unit + Plan.DownDelay, plane.FirstChannel, factors);
            AlongRows(back, unit, factors);
            for (var (done, end) = Plan.Together(unit); done < end; done++)
            {
                WriteUnit(done);
            }
        }

        WriteRest();
        writer.Flush();
    }

    internal override void BeginShare() => weightGradients.Clear();

    internal override void StoreShare(int share, int firstChannel) => weightGradients.Store(ShareMemory(share, firstChannel), Plan.Channels);

    // There and back.
    private static int WindowOf(KernelPlan plan) => plan.Window(2 * plan.DownDelay);

    /// <summary>
    /// Takes the gradient of the units' bands, and each step down the columns back as far as it can go by then. After it the
    /// units that were done <see cref="KernelPlan.DownDelay"/> units before have their gradient.
    /// </summary>
    private void DownColumns(GradientKernel<V, T> back, int unit, int firstChannel, ReadOnlySpan<double> factors)
    {
        for (var (read, end) = Plan.Together(unit); read < end; read++)
        {
            ReadGradients(read, firstChannel);
            if (factors.Length > 0)
            {
                Penalties.GradientDownColumns(gradients, read, factors);
            }
        }

        for (var k = Plan.VerticalSteps - 1; k >= 0; k--)
        {
            var (column, halves) = HalvesOf(k);
            for (var (next, end) = Plan.Together(unit); next < end && halves > 0; next++)
            {
                back.DownColumns(k, next, column, halves, inverse: false);
            }

            unit -= Plan.Lag;
            for (var (next, end) = Plan.Together(unit); next < end && halves > 0; next++)
            {
                back.SpreadDown(k, next, column, halves);
            }
        }
    }

    private void AlongRows(GradientKernel<V, T> back, int unit, ReadOnlySpan<double> factors)
    {
        var (from, to) = Plan.Together(unit);
        for (var next = from; next < to && factors.Length > 0; next++)
        {
            Penalties.GradientOfOddDownColumns(gradients, next, factors);
            Penalties.GradientAlongRows(gradients, next, factors);
        }

        for (var k = Plan.Steps.Length - 1; k >= 0; k--)
        {
            for (var next = from; next < to && StepsAlongRow[k]; next++)
            {
                back.AlongRows(k, next, inverse: false);
            }
        }

        for (var next = from; next < to && factors.Length > 0; next++)
        {
            Penalties.GradientOfOddAlongRows(gradients, next, factors);
        }
    }

    private void ReadGradients(int unit, int firstChannel)
    {
        var written = 0;
        for (var i = 0; i < readers.Length; i++)
        {
            readers[i].Read(row, Plan.Columns);
            AddGradient(Call.SinkGradients[i], unit, firstChannel, written);
            written |= Call.SinkGradients[i].Bands;
        }

        for (var band = 0; band < Plan.Bands; band++)
        {
            if ((written >> band & 1) == 0)
            {
                new Span<V>(Gradient(unit, band), Plan.Columns).Clear();
            }
        }
    }

    /// <summary>
    /// Adds the gradient of one output to those of the bands it is made of; <paramref name="written"/> are the bands that have
    /// one already, the others' memory holds anything.
    /// </summary>
    private void AddGradient(BandSink sink, int unit, int firstChannel, int written)
    {
        var gain = 0;
        for (var band = 0; band < Plan.Bands; band++)
        {
            if ((sink.Bands >> band & 1) == 0)
            {
                continue;
            }

            var factor = Activation.Of<V, T>(sink.Scale * Plan.GainOf(band));
            if (sink.Gains != 0)
            {
                var (column, r) = Plan.HalvesOf(band);
                AddToGain(gain, factor, Lattice.Row(unit, column, r));
                factor *= V.Load((T*)sink.Gains + (gain * Plan.Channels) + firstChannel);
                gain++;
            }

            var to = Gradient(unit, band);
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

    /// <summary>The gradient of a factor: the product of the output's gradient, in the row, and the band.</summary>
    private void AddToGain(int gain, V factor, V* band)
    {
        for (var from = 0; from < Plan.Columns; from += WeightGradients<V, T>.BlockColumns)
        {
            V sum = default;
            for (int j = from, end = Math.Min(from + WeightGradients<V, T>.BlockColumns, Plan.Columns); j < end; j++)
            {
                sum = V.MultiplyAdd(row[j], band[j], sum);
            }

            weightGradients.AddToGain(gain, factor * sum);
        }
    }

    private V* Gradient(int unit, int band)
    {
        var (column, r) = Plan.HalvesOf(band);
        return gradients.Row(unit, column, r);
    }

    private void WriteUnit(int unit)
    {
        for (var r = Plan.RowsInUnit - 1; r >= 0; r--)
        {
            var line = (unit * Plan.RowsInUnit) + Plan.RowsInUnit - 1 - r;
            if (line >= Plan.Height)
            {
                continue;
            }

            V* odd = gradients.Row(unit, 1, r), even = gradients.Row(unit, 0, r);
            if (line == Plan.Height - 1 && r > 0)
            {
                // ceil_mode: the repeated last row is the last row.
                Add(gradients.Row(unit, 1, 0), odd, Plan.Columns);
                Add(gradients.Row(unit, 0, 0), even, Plan.Columns);
            }

            if (Plan.Width < 2 * Plan.Columns)
            {
                Add(even + Plan.Columns - 1, odd + Plan.Columns - 1, 1);
            }

            var paired = Math.Min(Plan.Width, 2 * Plan.Columns);
            writer.WriteMerged(odd, even, paired);
            writer.Write(zeros, Plan.Width - paired);
        }
    }

    /// <summary>What floor mode leaves out has no part in the bands.</summary>
    private void WriteRest()
    {
        for (var line = Plan.Units * Plan.RowsInUnit; line < Plan.Height; line++)
        {
            writer.Write(zeros, Plan.Width);
        }
    }

    private static void Add(V* terms, V* sums, int count)
    {
        for (var j = 0; j < count; j++)
        {
            sums[j] += terms[j];
        }
    }
}

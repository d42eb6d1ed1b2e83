namespace LiftPool.Kernels;

/// <summary>
/// A down-pool in one pass over memory: rows are read, lifted along the row, lifted down the columns as soon as the rows
/// that a step reads are there, and written as bands or as their sum.
/// </summary>
internal unsafe class DownWorker<V, T> : Worker<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly V* sum;
    private readonly V* readSquare;
    private readonly V* writeSquares;
    private readonly PixelWriter<V, T>[] writers;
    private readonly bool[][] stepsDownColumn;
    private PixelReader<V, T> reader;

    internal DownWorker(KernelCall call)
        : this(call, call.Plan.Window(call.Plan.DownDelay), 0)
    {
    }

    /// <summary>For a window of so many units, with memory for more.</summary>
    protected DownWorker(KernelCall call, int units, long moreVectors)
        : base(call, (LatticeSize(call.Plan, units) * (call.HasPenalties ? 3 : 1)) + (call.HasPenalties ? PenaltySamples<V, T>.SumsSize(call.Plan) : 0) + call.Plan.Columns + PixelReader<V, T>.SquareSize + ((long)call.Sinks.Length * PixelWriter<V, T>.SquareSize) + moreVectors)
    {
        Lattice = TakeLattice(units);
        sum = Take(Plan.Columns);
        readSquare = Take(PixelReader<V, T>.SquareSize);
        writeSquares = Take((long)call.Sinks.Length * PixelWriter<V, T>.SquareSize);
        writers = new PixelWriter<V, T>[call.Sinks.Length];

        bool Wants(int column, int row) => (call.WantedBands >> Plan.BandOf(column, row) & 1) != 0;
        StepsAlongRow = Plan.StepsLeadingTo(Wants(0, 0) || Wants(0, 1), Wants(1, 0) || Wants(1, 1));
        stepsDownColumn = [Plan.StepsLeadingTo(Wants(0, 0), Wants(0, 1)), Plan.StepsLeadingTo(Wants(1, 0), Wants(1, 1))];
        if (call.HasPenalties)
        {
            Penalties = new PenaltySamples<V, T>(Plan, Lattice, TakeLattice(units), TakeLattice(units), Take(PenaltySamples<V, T>.SumsSize(Plan)));
        }
    }

    /// <summary>What the penalties need, if somebody collects them.</summary>
    protected PenaltySamples<V, T> Penalties { get; }

    /// <summary>Of each step, whether it is taken along the rows.</summary>
    protected bool[] StepsAlongRow { get; }

    /// <summary>The samples in work; of each unit that is done, the bands.</summary>
    protected Lattice<V> Lattice { get; }

    internal override void Run(Plane plane, Plane next, V* weights)
    {
        Begin(plane, next);
        for (var i = 0; i < writers.Length; i++)
        {
            var sink = Call.Sinks[i];
            writers[i] = BandWriter(sink.Tensor, sink.Channels, plane.From(sink.FirstChannel), writeSquares + (i * PixelWriter<V, T>.SquareSize), writers.Length);
        }

        var axis = new AxisKernel<V, T>(Plan, Lattice, default, weights, TanhTerms, Sources);
        for (var unit = -Plan.DownDelay; unit < Plan.Units; unit += Plan.UnitsTogether)
        {
            Advance(axis, unit + Plan.DownDelay);
            for (var (done, end) = Plan.Together(unit); done < end; done++)
            {
                WriteUnit(done, plane.FirstChannel);
            }
        }

        for (var i = 0; i < writers.Length; i++)
        {
            writers[i].Flush();
        }

        if (Call.PenaltySums != 0)
        {
            // The last block's first lanes may be another block's too.
            var block = (plane.FirstChannel + V.Count - 1) / V.Count;
            Penalties.Store((double*)Call.PenaltySums + (((long)plane.Sample * Plan.Blocks(V.Count)) + block) * Plan.PenaltySums, (block * V.Count) - plane.FirstChannel);
        }
    }

    /// <summary>Before the first unit of a plane.</summary>
    protected void Begin(Plane plane, Plane next)
    {
        reader = SignalReader(Call.Signal, plane, next, readSquare);
        if (Call.HasPenalties)
        {
            Penalties.Begin();
        }
    }

    /// <summary>
    /// Reads the next units and lifts them along their rows, and takes each step down the columns as far as it can go by then.
    /// After it the units that were read <see cref="KernelPlan.DownDelay"/> units before are done.
    /// </summary>
    protected void Advance(AxisKernel<V, T> axis, int unit)
    {
        var (from, to) = Plan.Together(unit);
        for (var read = from; read < to; read++)
        {
            ReadUnit(read);
        }

        if (Call.HasPenalties)
        {
            Penalties.SaveAlongRows(from, to);
        }

        for (var k = 0; k < Plan.Steps.Length; k++)
        {
            for (var next = from; next < to && StepsAlongRow[k]; next++)
            {
                axis.AlongRows(k, next, inverse: false);
            }
        }

        if (Call.HasPenalties)
        {
            Penalties.SaveDownColumns(from, to);
        }

        if (Call.PenaltySums != 0)
        {
            Penalties.AddAlongRows(from, to);
        }

        for (var k = 0; k < Plan.VerticalSteps; k++)
        {
            unit -= Plan.Lag;
            (from, to) = Plan.Together(unit);
            for (var next = from; next < to; next++)
            {
                DownColumns(axis, k, next);
            }
        }

        if (Call.PenaltySums != 0)
        {
            Penalties.AddDownColumns(from, to);
        }
    }

    private void DownColumns(AxisKernel<V, T> axis, int k, int unit)
    {
        var (column, halves) = HalvesOf(k);
        if (halves > 0)
        {
            axis.DownColumns(k, unit, column, halves, inverse: false);
        }
    }

    /// <summary>The halves down whose columns a step is taken: from which on, and how many.</summary>
    protected (int Column, int Halves) HalvesOf(int step)
    {
        var (low, high) = (stepsDownColumn[0][step], stepsDownColumn[1][step]);
        return (low ? 0 : 1, (low ? 1 : 0) + (high ? 1 : 0));
    }

    /// <summary>Reads the next rows and splits them: row 1, the odd one, stands before row 0.</summary>
    private void ReadUnit(int unit)
    {
        for (var row = Plan.RowsInUnit - 1; row >= 0; row--)
        {
            V* odd = Lattice.Row(unit, 1, row), even = Lattice.Row(unit, 0, row);
            if ((unit * Plan.RowsInUnit) + Plan.RowsInUnit - 1 - row >= Plan.Height)
            {
                // ceil_mode, and the last row has no partner: it is its own.
                Copy(Lattice.Row(unit, 1, 1), odd);
                Copy(Lattice.Row(unit, 0, 1), even);
                continue;
            }

            var paired = Math.Min(Plan.Width, 2 * Plan.Columns);
            reader.ReadSplit(odd, even, paired);
            reader.Skip(Plan.Width - paired);
            if (Plan.Width < 2 * Plan.Columns)
            {
                even[Plan.Columns - 1] = odd[Plan.Columns - 1];
            }
        }
    }

    private void Copy(V* from, V* to) => new ReadOnlySpan<V>(from, Plan.Columns).CopyTo(new Span<V>(to, Plan.Columns));

    private void WriteUnit(int unit, int firstChannel)
    {
        for (var i = 0; i < writers.Length; i++)
        {
            writers[i].Write(Combined(unit, Call.Sinks[i], firstChannel), Plan.Columns);
        }
    }

    private V* Combined(int unit, BandSink sink, int firstChannel)
    {
        var total = sum;
        if (sink.Gains == 0 && int.IsPow2(sink.Bands) && sink.Scale * Plan.GainOf(int.Log2(sink.Bands)) == 1)
        {
            var (column, row) = Plan.HalvesOf(int.Log2(sink.Bands));
            return Lattice.Row(unit, column, row);
        }

        if (sink.Gains == 0 && sink.Scale == 1 && sink.Bands == 0b1111 && Plan.Gains is (1, 1))
        {
            // The default, all four bands, in one go.
            V* ll = Lattice.Row(unit, 0, 0), lh = Lattice.Row(unit, 0, 1), hl = Lattice.Row(unit, 1, 0), hh = Lattice.Row(unit, 1, 1);
            for (int j = 0, columns = Plan.Columns; j < columns; j++)
            {
                total[j] = ll[j] + lh[j] + hl[j] + hh[j];
            }

            return total;
        }

        var gains = (T*)sink.Gains + firstChannel;
        var written = false;
        for (var band = 0; band < Plan.Bands; band++)
        {
            if ((sink.Bands >> band & 1) == 0)
            {
                continue;
            }

            var factor = Activation.Of<V, T>(sink.Scale * Plan.GainOf(band));
            if (sink.Gains != 0)
            {
                factor *= V.Load(gains);
                gains += Plan.Channels;
            }

            var (column, row) = Plan.HalvesOf(band);
            AddTo(total, Lattice.Row(unit, column, row), factor, written);
            written = true;
        }

        return total;
    }

    /// <summary><c>total += factor * samples</c>; at first, <c>=</c>.</summary>
    private void AddTo(V* total, V* samples, V factor, bool written)
    {
        if (written)
        {
            for (int j = 0, columns = Plan.Columns; j < columns; j++)
            {
                total[j] = V.MultiplyAdd(factor, samples[j], total[j]);
            }
        }
        else
        {
            for (int j = 0, columns = Plan.Columns; j < columns; j++)
            {
                total[j] = factor * samples[j];
            }
        }
    }
}

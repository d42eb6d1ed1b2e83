namespace LiftPool.Kernels;

/// <summary>
/// An up-pool in one pass over memory, the mirror of <see cref="DownWorker{V, T}"/>: bands are read, the steps down the
/// columns are taken back as soon as the rows that a step reads are there, then the steps along the rows, and the whole rows
/// are written.
/// </summary>
internal unsafe class UpWorker<V, T> : Worker<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly V* readSquares;
    private readonly V* writeSquare;
    private readonly PixelReader<V, T>[] readers;
    private PixelWriter<V, T> writer;

    internal UpWorker(KernelCall call)
        : this(call, call.Plan.Window(call.Plan.UpDelay), 0)
    {
    }

    /// <summary>For a window of so many units, with memory for more.</summary>
    protected UpWorker(KernelCall call, int units, long moreVectors)
        : base(call, LatticeSize(call.Plan, units) + ((long)call.Plan.Bands * PixelReader<V, T>.SquareSize) + PixelWriter<V, T>.SquareSize + moreVectors)
    {
        Lattice = TakeLattice(units);
        readSquares = Take((long)Plan.Bands * PixelReader<V, T>.SquareSize);
        writeSquare = Take(PixelWriter<V, T>.SquareSize);
        readers = new PixelReader<V, T>[Plan.Bands];
    }

    /// <summary>The samples in work; of each unit that is done, the signal, split.</summary>
    protected Lattice<V> Lattice { get; }

    internal override void Run(Plane plane, Plane next, V* weights)
    {
        Begin(plane, next);
        writer = SignalWriter(Call.Signal, plane, writeSquare);
        var axis = new AxisKernel<V, T>(Plan, Lattice, default, weights, TanhTerms, Sources);
        for (var unit = -Plan.UpDelay; unit < Plan.Units; unit += Plan.UnitsTogether)
        {
            Advance(axis, unit + Plan.UpDelay);
            for (var (done, end) = Plan.Together(unit); done < end; done++)
            {
                WriteUnit(done);
            }
        }

        writer.Flush();
    }

    /// <summary>Before the first unit of a plane.</summary>
    protected void Begin(Plane plane, Plane next)
    {
        for (var band = 0; band < readers.Length; band++)
        {
            readers[band] = BandReader(Call.Bands[band], plane, next, readSquares + (band * PixelReader<V, T>.SquareSize));
        }
    }

    /// <summary>
    /// Reads the next units' bands, and takes each step down the columns back as far as it can go by then. After it the units
    /// that were read <see cref="KernelPlan.UpDelay"/> units before are the signal again, split.
    /// </summary>
    protected void Advance(AxisKernel<V, T> axis, int unit)
    {
        for (var (read, end) = Plan.Together(unit); read < end; read++)
        {
            ReadUnit(read);
        }

        // The steps along a row change it in place, so they wait until no step down the columns reads it any more.
        var (from, to) = Plan.Together(unit - Plan.UpDelay);
        for (var k = Plan.VerticalSteps - 1; k >= 0; k--)
        {
            unit -= Plan.Lag;
            for (var (next, end) = Plan.Together(unit); next < end; next++)
            {
                axis.DownColumns(k, next, 0, 2, inverse: true);
            }
        }

        for (var k = Plan.Steps.Length - 1; k >= 0; k--)
        {
            for (var next = from; next < to; next++)
            {
                axis.AlongRows(k, next, inverse: true);
            }
        }
    }

    /// <summary>Takes a band's gain back; of a gradient that came to what the gain was taken from, the same.</summary>
    protected void Ungain(V* samples, int band)
    {
        if (Plan.Gains is (1, 1))
        {
            return;
        }

        var factor = Activation.Of<V, T>(1 / Plan.GainOf(band));
        for (var j = 0; j < Plan.Columns; j++)
        {
            samples[j] *= factor;
        }
    }

    private void WriteUnit(int unit)
    {
        // Row 1, the odd one, stands before row 0.
        for (var row = Plan.RowsInUnit - 1; row >= 0; row--)
        {
            writer.WriteMerged(Lattice.Row(unit, 1, row), Lattice.Row(unit, 0, row), 2 * Plan.Columns);
        }
    }

    private void ReadUnit(int unit)
    {
        for (var band = 0; band < readers.Length; band++)
        {
            var (column, row) = Plan.HalvesOf(band);
            var samples = Lattice.Row(unit, column, row);
            readers[band].Read(samples, Plan.Columns);
            Ungain(samples, band);
        }
    }
}

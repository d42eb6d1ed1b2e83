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
        : this(call, call.Plan.WindowUnits + call.Plan.Margin, 0)
    {
    }

    /// <summary>For a pass over the whole plane, with memory for more.</summary>
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

    internal override void Run(int sample, int firstChannel, V* weights)
    {
        for (var band = 0; band < readers.Length; band++)
        {
            readers[band] = Reader(Call.Bands[band], Plan.Channels, Plan.Units, Plan.Columns, sample, firstChannel, readSquares + (band * PixelReader<V, T>.SquareSize));
        }

        if (Call.Signal.Data != 0)
        {
            writer = Writer(Call.Signal, Plan.Channels, Plan.Height, Plan.Width, sample, firstChannel, writeSquare);
        }

        var axis = new AxisKernel<V, T>(Plan, Lattice, weights, Sources);
        // A row is merged, which changes it in place, when no step down the columns reads it any more.
        var delay = Plan.VerticalSteps == 0 ? 0 : Plan.Lag;
        for (var time = 0; time < Plan.Units + (Plan.VerticalSteps * Plan.Lag) + delay; time++)
        {
            if (time < Plan.Units)
            {
                ReadUnit(time);
            }

            var unit = time;
            for (var k = Plan.VerticalSteps - 1; k >= 0; k--)
            {
                unit -= Plan.Lag;
                if (unit >= 0 && unit < Plan.Units)
                {
                    axis.DownColumns(Plan.Steps[k], unit, 0, inverse: true);
                    axis.DownColumns(Plan.Steps[k], unit, 1, inverse: true);
                }
            }

            unit -= delay;
            if (unit >= 0 && unit < Plan.Units)
            {
                for (var row = Plan.RowsInUnit - 1; row >= 0; row--)
                {
                    for (var k = Plan.Steps.Length - 1; k >= 0; k--)
                    {
                        axis.AlongRow(Plan.Steps[k], unit, row, inverse: true);
                    }

                    WriteRow(unit, row);
                }
            }
        }

        if (Call.Signal.Data != 0)
        {
            writer.Flush();
        }
    }

    private void ReadUnit(int unit)
    {
        for (var band = 0; band < readers.Length; band++)
        {
            var (column, row) = Plan.HalvesOf(band);
            readers[band].Read(Lattice.Row(unit, column, row), Plan.Columns);
        }
    }

    /// <summary>Merges a row and writes it: row 1, the odd one, stands before row 0.</summary>
    private void WriteRow(int unit, int row)
    {
        if (Call.Signal.Data == 0)
        {
            return;
        }

        writer.WriteMerged(Lattice.Row(unit, 1, row), Lattice.Row(unit, 0, row), 2 * Plan.Columns);
    }
}

namespace LiftPool.Kernels;

/// <summary>
/// The rows of the whole signal that are a row pair's lines, and the odd lengths: with ceil_mode the last sample is repeated, else it is
/// left out. Of each axis the first sample of a pair becomes the detail and the second the approximation.
/// </summary>
internal abstract unsafe class SignalStage<V, T>(PassContext<V, T> context) : Stage
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    protected PassContext<V, T> Context => context;

    protected Geometry Geometry { get; } = context.Geometry;

    /// <summary>Planes in a pair of planes, rows in a row pair: fewer for a signal with fewer axes.</summary>
    protected int PlanesInPair { get; } = context.Geometry.Axes == 3 ? 2 : 1;

    protected int RowsInPair { get; } = context.Geometry.Axes >= 2 ? 2 : 1;

    protected int PairedWidth => Math.Min(Geometry.Width, 2 * Geometry.Columns);

    protected bool RepeatsColumn => Geometry.Width < 2 * Geometry.Columns;

    /// <summary>Whether the second row of a pair is the first, repeated.</summary>
    protected bool RepeatsRow(int y) => RowsInPair == 2 && (2 * y) + 1 >= Geometry.Height;

    protected bool RepeatsPlane(int plane) => PlanesInPair == 2 && (2 * plane) + 1 >= Geometry.Depth;

    /// <summary>The approximation along the rows of the given plane and row of a pair; its detail has the horizontal letter besides.</summary>
    protected int LineOf(int plane, int row)
        => (PlanesInPair == 2 && plane == 0 ? Geometry.LetterOf(2) : 0) | (RowsInPair == 2 && row == 0 ? Geometry.LetterOf(1) : 0);

    protected int HorizontalDetail => Geometry.LetterOf(0);

    protected TensorPlanes Planes(TensorMemory memory, int depth, int pixels)
        => new(memory, Geometry.Channels, 0, depth, pixels, Storages.Size(context.Call.Storage));
}

/// <summary>Reads the signal, or its gradient, and splits it.</summary>
internal sealed unsafe class ReadSignalStage<V, T> : SignalStage<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly TensorPlanes planes;
    private readonly LineBuffer<V> buffer;
    private readonly PlaneReader<V>[] readers;
    private readonly bool isGradient;

    /// <param name="context">The worker's.</param>
    /// <param name="tensor">What is read.</param>
    /// <param name="buffer">Where to.</param>
    /// <param name="isGradient">Whether what repeated samples stand for is zero: an up-pool cropped them.</param>
    internal ReadSignalStage(PassContext<V, T> context, TensorMemory tensor, LineBuffer<V> buffer, bool isGradient)
        : base(context)
    {
        this.isGradient = isGradient;
        planes = Planes(tensor, Geometry.Depth, Geometry.Width * Geometry.Height);
        this.buffer = buffer;
        readers = new PlaneReader<V>[PlanesInPair];
        for (var i = 0; i < readers.Length; i++)
        {
            readers[i] = Storages.NewReader<V, T>(context.Call.Storage, context.Arena);
        }
    }

    internal override void Run(int plane, int from, int to)
    {
        for (var i = 0; i < PlanesInPair; i++)
        {
            if (i == 1 && RepeatsPlane(plane))
            {
                RepeatPlane(plane, from, to);
                continue;
            }

            var slice = (plane * PlanesInPair) + i;
            if (from == 0)
            {
                readers[i].Open(planes.Address(Context.Block, slice), planes.Layout, planes.BytesAhead(Context.Block, Context.Next, slice, PlanesInPair));
            }

            for (var y = from; y < to; y++)
            {
                for (var row = 0; row < RowsInPair; row++)
                {
                    ReadRow(plane, i, y, row);
                }
            }
        }
    }

    private void ReadRow(int plane, int i, int y, int row)
    {
        var line = LineOf(i, row);
        V* approximation = buffer.Line(line, plane, y), detail = buffer.Line(line | HorizontalDetail, plane, y);
        if (row == 1 && RepeatsRow(y))
        {
            Repeat(buffer.Line(LineOf(i, 0), plane, y), approximation);
            Repeat(buffer.Line(LineOf(i, 0) | HorizontalDetail, plane, y), detail);
            return;
        }

        readers[i].ReadSplit(detail, approximation, PairedWidth);
        readers[i].Skip(Geometry.Width - PairedWidth);
        if (RepeatsColumn)
        {
            approximation[Geometry.Columns - 1] = isGradient ? default : detail[Geometry.Columns - 1];
        }
    }

    private void RepeatPlane(int plane, int from, int to)
    {
        for (var y = from; y < to; y++)
        {
            for (var line = 0; line < Geometry.Bands; line += 2)
            {
                Repeat(buffer.Line(line | Geometry.LetterOf(2), plane, y), buffer.Line(line, plane, y));
            }
        }
    }

    private void Repeat(V* from, V* to)
    {
        var target = new Span<V>(to, Geometry.Columns);
        if (isGradient)
        {
            target.Clear();
        }
        else
        {
            new ReadOnlySpan<V>(from, Geometry.Columns).CopyTo(target);
        }
    }
}

/// <summary>Merges the lines to the signal and writes it, or its gradient.</summary>
internal sealed unsafe class WriteSignalStage<V, T> : SignalStage<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly TensorPlanes planes;
    private readonly LineBuffer<V> buffer;
    private readonly int[] slots;
    private readonly bool isGradient;
    private readonly PlaneWriter<V>[] writers;
    private readonly CroppedRows<V, T>[] cropped;
    private readonly V* row;

    internal WriteSignalStage(PassContext<V, T> context, TensorMemory tensor, LineBuffer<V> buffer, int[] slots, bool isGradient)
        : base(context)
    {
        planes = Planes(tensor, Geometry.Depth, Geometry.Width * Geometry.Height);
        (this.buffer, this.slots, this.isGradient) = (buffer, slots, isGradient);
        writers = new PlaneWriter<V>[PlanesInPair];
        cropped = new CroppedRows<V, T>[PlanesInPair];
        for (var i = 0; i < writers.Length; i++)
        {
            writers[i] = Storages.NewWriter<V, T>(context.Call.Storage, context.Arena);
            cropped[i] = new CroppedRows<V, T>(context);
        }

        row = context.Arena.TakeZeros<V>(Geometry.Width + 1);
    }

    // The gradients of samples that were repeated are added up in place.
    internal override bool Changes => isGradient;

    internal override void Run(int plane, int from, int to)
    {
        for (var i = 0; i < PlanesInPair; i++)
        {
            if (i == 1 && RepeatsPlane(plane))
            {
                continue;
            }

            var slice = (plane * PlanesInPair) + i;
            if (from == 0)
            {
                Open(i, slice);
            }

            for (var y = from; y < to; y++)
            {
                if (isGradient && RepeatsPlane(plane))
                {
                    AddPlane(plane, y);
                }

                for (var r = 0; r < RowsInPair; r++)
                {
                    WriteRow(plane, i, y, r);
                }
            }

            if (to == Geometry.Rows)
            {
                Close(i);
            }
        }

        if (PlanesInPair == 2 && to == Geometry.Rows && plane == Geometry.Planes - 1 && Geometry.Depth > 2 * Geometry.Planes)
        {
            WriteCroppedPlane();
        }
    }

    private void Open(int i, int slice)
    {
        // So much is written before it is read that it has left a core's own cache by then.
        var bytes = (long)Geometry.Items * Geometry.Channels * planes.Depth * planes.Pixels * planes.ElementSize;
        writers[i].Open(planes.Address(Context.Block, slice), planes.Layout, bytes > Pass.CacheBytes);
        cropped[i].Open(slice);
    }

    private void Close(int i)
    {
        // In floor mode an odd plane has one row more than its pairs.
        for (var r = RowsInPair * Geometry.Rows; r < Geometry.Height; r++)
        {
            WriteRest(i, cropped[i].ReadRow(row, PairedWidth), PairedWidth);
            WriteColumn(i);
        }

        writers[i].Flush();
    }

    private void WriteCroppedPlane()
    {
        Open(0, Geometry.Depth - 1);
        for (var r = 0; r < RowsInPair * Geometry.Rows; r++)
        {
            WriteRest(0, cropped[0].ReadPlaneRow(row, PairedWidth), PairedWidth);
            WriteColumn(0);
        }

        Close(0);
    }

    private void WriteRow(int plane, int i, int y, int r)
    {
        if (r == 1 && RepeatsRow(y))
        {
            return;
        }

        var line = LineOf(i, r);
        V* approximation = buffer.Line(slots[line], plane, y), detail = buffer.Line(slots[line | HorizontalDetail], plane, y);
        if (isGradient && RepeatsRow(y))
        {
            Add(buffer.Line(slots[LineOf(i, 1)], plane, y), approximation, Geometry.Columns);
            Add(buffer.Line(slots[LineOf(i, 1) | HorizontalDetail], plane, y), detail, Geometry.Columns);
        }

        if (isGradient && RepeatsColumn)
        {
            Add(approximation + Geometry.Columns - 1, detail + Geometry.Columns - 1, 1);
        }

        writers[i].WriteMerged(detail, approximation, PairedWidth);
        WriteColumn(i);
    }

    private void WriteColumn(int i)
    {
        var count = Geometry.Width - PairedWidth;
        if (count > 0)
        {
            WriteRest(i, cropped[i].ReadColumn(row), count);
        }
    }

    // What took no part in the bands has a gradient of zeros, as the row has from the start.
    private void WriteRest(int i, bool isRead, int count)
    {
        if (!isRead && !isGradient)
        {
            throw new InvalidOperationException("An up-pool lacks the samples of an odd length.");
        }

        writers[i].Write(row, count);
    }

    private void AddPlane(int plane, int y)
    {
        for (var line = 0; line < Geometry.Bands; line += 2)
        {
            Add(buffer.Line(slots[line], plane, y), buffer.Line(slots[line | Geometry.LetterOf(2)], plane, y), Geometry.Columns);
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

/// <summary>The samples of odd lengths that took no part in the lifting: a column, a row of what is left, a plane of what is left then.</summary>
internal sealed unsafe class CroppedRows<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly PassContext<V, T> context;
    private readonly PlaneReader<V>?[] readers = new PlaneReader<V>?[3];
    private readonly TensorPlanes[] planes = new TensorPlanes[3];

    internal CroppedRows(PassContext<V, T> context)
    {
        this.context = context;
        var (geometry, size) = (context.Geometry, Storages.Size(context.Call.Storage));
        var (width, height) = (2 * geometry.Columns, 2 * geometry.Rows);
        for (var axis = 0; axis < context.Call.Cropped.Length; axis++)
        {
            if (context.Call.Cropped[axis] is { Data: not 0 } memory)
            {
                var (depth, pixels) = axis switch { 0 => (geometry.Depth, geometry.Height), 1 => (geometry.Depth, width), _ => (1, width * height) };
                planes[axis] = new(memory, geometry.Channels, 0, depth, pixels, size);
                readers[axis] = Storages.NewReader<V, T>(context.Call.Storage, context.Arena);
            }
        }
    }

    /// <summary>Before the rows of a plane.</summary>
    internal void Open(int plane)
    {
        for (var axis = 0; axis < readers.Length; axis++)
        {
            readers[axis]?.Open(planes[axis].Address(context.Block, Math.Min(plane, planes[axis].Depth - 1)), planes[axis].Layout, 0);
        }
    }

    /// <summary>The last sample of the next row.</summary>
    internal bool ReadColumn(V* to) => Read(0, to, 1);

    /// <summary>The last row, but for its last sample.</summary>
    internal bool ReadRow(V* to, int count) => Read(1, to, count);

    /// <summary>The next row of the last plane, but for its last sample.</summary>
    internal bool ReadPlaneRow(V* to, int count) => Read(2, to, count);

    private bool Read(int axis, V* to, int count)
    {
        if (readers[axis] is not { } reader)
        {
            return false;
        }

        reader.Read(to, count);
        return true;
    }
}

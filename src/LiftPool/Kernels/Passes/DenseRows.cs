namespace LiftPool.Kernels;

/// <summary>
/// Reads the rows of the dense maximum of a plane: along each lifted axis the maximum of a window of two samples at every sample, as
/// MaxPool with stride 1 gives it.
/// </summary>
internal sealed unsafe class DenseRows<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly PassContext<V, T> context;
    private readonly TensorPlanes planes;
    private readonly DenseWindows windows;
    private readonly PlaneReader<V>[] readers;
    private readonly bool[] isOpen;
    private readonly V* row;
    private readonly V* raw;
    private readonly int width;
    private readonly int height;
    private V* before;
    private V* after;
    private int next;

    /// <param name="context">The worker's.</param>
    /// <param name="planes">The signal's.</param>
    /// <param name="throughDepth">Whether the maximum is taken over planes too, where depth is lifted.</param>
    internal DenseRows(PassContext<V, T> context, TensorPlanes planes, bool throughDepth)
    {
        (this.context, this.planes) = (context, planes);
        windows = new(context.Geometry);
        (width, height) = (context.Geometry.SourceLength(0), context.Geometry.SourceLength(1));
        readers = new PlaneReader<V>[throughDepth && context.Geometry.Lifts(2) ? 2 : 1];
        isOpen = new bool[readers.Length];
        for (var i = 0; i < readers.Length; i++)
        {
            readers[i] = Storages.NewReader<V, T>(context.Call.Storage, context.Arena);
        }

        before = context.Arena.Take<V>(width);
        after = context.Arena.Take<V>(width);
        row = context.Arena.Take<V>(width);
        raw = context.Arena.Take<V>(width);
    }

    /// <summary>Begins a plane of the maximum; without depth, a plane of the signal.</summary>
    internal void Open(int plane)
    {
        for (var i = 0; i < readers.Length; i++)
        {
            var source = readers.Length == 1 ? plane : windows.First(2, plane) + i;
            isOpen[i] = source >= 0 && source < planes.Depth;
            if (isOpen[i])
            {
                readers[i].Open(planes.Address(context.Block, source), planes.Layout, 0);
            }
        }

        next = 0;
        if (context.Geometry.Lifts(1) && windows.First(1, 0) == 0)
        {
            ReadRow(after);
        }
    }

    /// <summary>The next row. It stays until the one after it is asked for.</summary>
    internal V* Next()
    {
        if (!context.Geometry.Lifts(1))
        {
            ReadRow(row);
            return row;
        }

        var free = before;
        before = after;
        after = free;
        var first = windows.First(1, next++);
        if (first + 1 == height)
        {
            return before;
        }

        ReadRow(after);
        return first < 0 ? after : Larger(before, after, row, width);
    }

    // One after the other, the planes' maximum and that along the row.
    private void ReadRow(V* to)
    {
        var (one, other) = (isOpen[0] ? 0 : 1, readers.Length == 2 && isOpen[0] && isOpen[1]);
        readers[one].Read(raw, width);
        if (other)
        {
            readers[1].Read(to, width);
            Larger(raw, to, raw, width);
        }

        windows.AlongRow<V, T>(raw, to);
    }

    private static V* Larger(V* a, V* b, V* to, int count)
    {
        for (var j = 0; j < count; j++)
        {
            to[j] = Activation.Max<V, T>(a[j], b[j]);
        }

        return to;
    }
}

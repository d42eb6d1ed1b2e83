namespace LiftPool.Kernels;

/// <summary>
/// Writes the gradient of a plane from that of its dense maximum, row by row: each goes to the sample that is the maximum of its
/// window, so that it reads the plane once more. Along the columns a row is done when both windows that it is in have come.
/// </summary>
internal sealed unsafe class DensePlaneGradient<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly PassContext<V, T> context;
    private readonly TensorPlanes planes;
    private readonly DenseWindows windows;
    private readonly PlaneReader<V> reader;
    private readonly PlaneWriter<V> writer;
    private readonly TensorPlanes targets;
    private readonly V* pending;
    private readonly V* done;
    private readonly V* target;
    private readonly int width;
    private readonly int height;
    private Row before;
    private Row after;
    private int next;

    /// <param name="context">The worker's.</param>
    /// <param name="planes">The signal's.</param>
    /// <param name="targets">Those of its gradient.</param>
    internal DensePlaneGradient(PassContext<V, T> context, TensorPlanes planes, TensorPlanes targets)
    {
        (this.context, this.planes, this.targets) = (context, planes, targets);
        windows = new(context.Geometry);
        (width, height) = (context.Geometry.SourceLength(0), context.Geometry.SourceLength(1));
        reader = Storages.NewReader<V, T>(context.Call.Storage, context.Arena);
        writer = Storages.NewWriter<V, T>(context.Call.Storage, context.Arena);
        (before, after) = (new Row(context.Arena, width), new Row(context.Arena, width));
        pending = context.Arena.Take<V>(width);
        done = context.Arena.Take<V>(width);
        target = context.Arena.Take<V>(width);
    }

    /// <summary>Begins a plane of the signal.</summary>
    internal void Open(int plane)
    {
        reader.Open(planes.Address(context.Block, plane), planes.Layout, 0);
        var bytes = (long)context.Geometry.Items * targets.Channels * targets.Depth * targets.Pixels * targets.ElementSize;
        writer.Open(targets.Address(context.Block, plane), targets.Layout, bytes > Pass.CacheBytes);
        new Span<V>(pending, width).Clear();
        next = 0;
        if (context.Geometry.Lifts(1) && windows.First(1, 0) == 0)
        {
            Read();
        }
    }

    /// <summary>The gradient of the next row of the maximum.</summary>
    internal void Push(V* gradient)
    {
        if (!context.Geometry.Lifts(1))
        {
            Read();
            Write(after, gradient);
            return;
        }

        (before, after) = (after, before);
        var first = windows.First(1, next++);
        if (first + 1 < height)
        {
            Read();
        }

        var count = windows.Along(0).Windows;
        if (first < 0)
        {
            new ReadOnlySpan<V>(gradient, count).CopyTo(new Span<V>(pending, count));
            return;
        }

        var hasBoth = first + 1 < height;
        windows.Share<V, T>(gradient, hasBoth ? before.Maxima : null, hasBoth ? after.Maxima : null, pending, done, count);
        Write(before, done);
    }

    /// <summary>After the last row of the maximum.</summary>
    internal void Close()
    {
        if (context.Geometry.Lifts(1) && windows.First(1, next - 1) + 1 < height)
        {
            Write(after, pending);
        }

        writer.Flush();
    }

    private void Read()
    {
        reader.Read(after.Samples, width);
        windows.AlongRow<V, T>(after.Samples, after.Maxima);
    }

    private void Write(Row row, V* gradient)
    {
        windows.AlongRowBack<V, T>(row.Samples, gradient, target);
        writer.Write(target, width);
    }

    /// <summary>A row of the signal, and the maxima along it.</summary>
    private readonly struct Row(Arena arena, int width)
    {
        internal V* Samples { get; } = arena.Take<V>(width);

        internal V* Maxima { get; } = arena.Take<V>(width);
    }
}

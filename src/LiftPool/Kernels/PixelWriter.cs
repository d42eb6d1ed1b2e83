namespace LiftPool.Kernels;

/// <summary>Writes a plane in order: the mirror of <see cref="PixelReader{V, T}"/>.</summary>
/// <remarks>Call <see cref="Flush"/> after the last pixel.</remarks>
internal unsafe struct PixelWriter<V, T>(T* plane, PlaneLayout layout, V* square)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private int next;

    // So many pixels before `next` wait in the square, which has a second one behind it for their transpose.
    private int waiting;

    /// <summary>The memory that a writer needs for its squares.</summary>
    internal static int SquareSize => 2 * V.Count;

    internal void Write(V* source, int count)
    {
        if (layout.ChannelStride == 1)
        {
            var target = plane + (next * layout.PixelStride);
            for (var i = 0; i < count; i++, target += layout.PixelStride)
            {
                source[i].Store(target);
            }

            next += count;
            return;
        }

        for (var i = 0; i < count;)
        {
            if (waiting == 0 && count - i >= V.Count)
            {
                WriteSquare(source + i);
                i += V.Count;
                continue;
            }

            square[waiting++] = source[i++];
            if (waiting == V.Count)
            {
                WriteSquare(square);
                waiting = 0;
            }
        }
    }

    internal void Flush()
    {
        for (var channel = 0; channel < V.Count; channel++)
        {
            var target = plane + (channel * layout.ChannelStride) + next;
            for (var pixel = 0; pixel < waiting; pixel++)
            {
                target[pixel] = ((T*)(square + pixel))[channel];
            }
        }
    }

    private void WriteSquare(V* pixels)
    {
        var transposed = square + V.Count;
        V.Transpose((T*)pixels, V.Count, transposed);
        var target = plane + next;
        for (var channel = 0; channel < V.Count; channel++, target += layout.ChannelStride)
        {
            transposed[channel].Store(target);
        }

        next += V.Count;
    }
}

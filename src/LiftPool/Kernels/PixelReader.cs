namespace LiftPool.Kernels;

/// <summary>
/// How a plane of pixels lies in a tensor, for one block of channels: contiguous channels-first (<c>pixelStride</c> 1)
/// or channels-last (<c>channelStride</c> 1).
/// </summary>
internal readonly record struct PlaneLayout(nint PixelStride, nint ChannelStride, int Pixels);

/// <summary>
/// Reads a plane in order, as vectors with a channel in each lane. Channels-last memory holds such vectors already;
/// channels-first memory is transposed a square at a time.
/// </summary>
internal unsafe struct PixelReader<V, T>(T* plane, PlaneLayout layout, V* square)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private int next;

    // The pixels [squareStart, squareEnd) lie transposed in `square`.
    private int squareStart;
    private int squareEnd;

    /// <summary>The memory that a reader or writer needs for its square.</summary>
    internal static int SquareSize => V.Count;

    internal void Read(V* target, int count)
    {
        if (layout.ChannelStride == 1)
        {
            var source = plane + (next * layout.PixelStride);
            for (var i = 0; i < count; i++, source += layout.PixelStride)
            {
                target[i] = V.Load(source);
            }

            next += count;
            return;
        }

        var end = next + count;
        while (next < end)
        {
            if (next >= squareEnd && end - next >= V.Count)
            {
                V.Transpose(plane + next, layout.ChannelStride, target);
                target += V.Count;
                next += V.Count;
                continue;
            }

            if (next >= squareEnd)
            {
                FillSquare();
            }

            var until = Math.Min(end, squareEnd);
            for (; next < until; next++)
            {
                *target++ = square[next - squareStart];
            }
        }
    }

    private void FillSquare()
    {
        // The last square of the plane reaches back rather than past the end.
        squareStart = Math.Min(next, layout.Pixels - V.Count);
        if (squareStart >= 0)
        {
            V.Transpose(plane + squareStart, layout.ChannelStride, square);
            squareEnd = squareStart + V.Count;
            return;
        }

        squareStart = 0;
        squareEnd = layout.Pixels;
        for (var pixel = 0; pixel < layout.Pixels; pixel++)
        {
            for (var channel = 0; channel < V.Count; channel++)
            {
                ((T*)(square + pixel))[channel] = plane[(channel * layout.ChannelStride) + pixel];
            }
        }
    }
}

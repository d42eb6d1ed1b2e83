using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

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
/// <remarks>
/// With each pixel it has the processor fetch the one that many elements <paramref name="ahead"/>, unless that is 0: the short
/// rows of sixteen channels are more than the processor guesses by itself.
/// </remarks>
internal unsafe struct PixelReader<V, T>(T* plane, PlaneLayout layout, V* square, nint ahead)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private int next;

    // The pixels [squareStart, squareEnd) lie transposed in `square`.
    private int squareStart;
    private int squareEnd;

    /// <summary>The memory that a reader needs for its square.</summary>
    internal static int SquareSize => V.Count;

    /// <summary>Reads the next pixels one after the other.</summary>
    internal void Read(V* target, int count) => Read(target, target + 1, 2, count);

    /// <summary>Reads the next pixels and splits them: the first, third, ... and the second, fourth, ...</summary>
    internal void ReadSplit(V* first, V* second, int count) => Read(first, second, 1, count);

    internal void Skip(int count) => next += count;

    private void Read(V* first, V* second, int step, int count)
    {
        if (layout.ChannelStride == 1)
        {
            ReadChannelsLast(first, second, step, count);
            return;
        }

        for (var end = next + count; next < end;)
        {
            if (next >= squareEnd && end - next >= V.Count)
            {
                PrefetchSquare();
                V.Transpose(new(plane + next, layout.ChannelStride), new((T*)first, (T*)second, step * V.Count));
                next += V.Count;
                Advance(ref first, ref second, step, V.Count);
                continue;
            }

            if (next >= squareEnd)
            {
                FillSquare();
            }

            var known = Math.Min(end, squareEnd) - next;
            var source = square + (next - squareStart);
            for (var i = 0; i + 1 < known; i += 2)
            {
                first[i / 2 * step] = source[i];
                second[i / 2 * step] = source[i + 1];
            }

            if (known % 2 == 1)
            {
                first[known / 2 * step] = source[known - 1];
            }

            next += known;
            Advance(ref first, ref second, step, known);
        }
    }

    /// <summary>Past so many pixels: after an odd number of them the second row has the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Advance(ref V* first, ref V* second, int step, int pixels)
    {
        first += pixels / 2 * step;
        second += pixels / 2 * step;
        if (pixels % 2 == 1)
        {
            var next = first + step;
            first = second;
            second = next;
        }
    }

    private void ReadChannelsLast(V* first, V* second, int step, int count)
    {
        var source = plane + (next * layout.PixelStride);
        next += count;
        for (; count >= 2; count -= 2)
        {
            if (ahead != 0)
            {
                Prefetch(source + ahead);
                Prefetch(source + layout.PixelStride + ahead);
            }

            *first = V.Load(source);
            *second = V.Load(source + layout.PixelStride);
            first += step;
            second += step;
            source += 2 * layout.PixelStride;
        }

        if (count > 0)
        {
            *first = V.Load(source);
        }
    }

    private readonly void PrefetchSquare()
    {
        for (var channel = 0; ahead != 0 && channel < V.Count; channel++)
        {
            Prefetch(plane + next + (channel * layout.ChannelStride) + ahead);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(T* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(address);
        }
    }

    private void FillSquare()
    {
        PrefetchSquare();

        // The last square of the plane reaches back rather than past the end.
        squareStart = Math.Min(next, layout.Pixels - V.Count);
        if (squareStart >= 0)
        {
            V.Transpose(new(plane + squareStart, layout.ChannelStride), new((T*)square, V.Count));
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

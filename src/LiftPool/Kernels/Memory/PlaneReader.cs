using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LiftPool.Kernels;

/// <summary>
/// How a plane of pixels lies in a tensor, for one block of channels: contiguous channels-first (<c>pixelStride</c> 1)
/// or channels-last (<c>channelStride</c> 1). In elements.
/// </summary>
internal readonly record struct PlaneLayout(nint PixelStride, nint ChannelStride, int Pixels)
{
    /// <summary>
    /// Whether a whole vector from the beginning of a channel's plane, of fewer pixels, ends before that of the block's last channel does.
    /// </summary>
    internal static bool HasRoom(PlaneLayout layout, int first, int pixels, int channel, int lanes)
        => first == 0 && layout.ChannelStride == pixels && (channel * pixels) + lanes <= lanes * pixels;
}

/// <summary>
/// Reads a plane in order, as vectors with a channel in each lane. Channels-last memory holds such vectors already;
/// channels-first memory is transposed a tile at a time.
/// </summary>
internal abstract unsafe class PlaneReader<V>
    where V : unmanaged
{
    /// <summary>Begins a plane.</summary>
    /// <param name="address">Of its first pixel.</param>
    /// <param name="layout">How it lies there.</param>
    /// <param name="bytesAhead">
    /// With each pixel the processor fetches the one so many bytes after it, unless this is 0: the short rows of sixteen channels are
    /// more than it guesses by itself.
    /// </param>
    internal abstract void Open(nint address, PlaneLayout layout, nint bytesAhead);

    /// <summary>Reads the next pixels and splits them: the first, third, ... and the second, fourth, ...</summary>
    internal void ReadSplit(V* first, V* second, int count) => Read(first, second, 1, count);

    /// <summary>Reads the next pixels one after the other.</summary>
    internal void Read(V* target, int count) => Read(target, target + 1, 2, count);

    internal abstract void Skip(int count);

    protected abstract void Read(V* first, V* second, int step, int count);
}

/// <inheritdoc/>
internal sealed unsafe class PlaneReader<S, V, T> : PlaneReader<V>
    where S : struct, IStorage<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly V* tile;
    private readonly V* converted;
    private byte* plane;
    private PlaneLayout layout;
    private nint ahead;
    private int next;

    // The pixels [tileStart, tileEnd) lie transposed in `tile`.
    private int tileStart;
    private int tileEnd;

    internal PlaneReader(Arena arena)
    {
        tile = arena.Take<V>(V.Count);
        converted = arena.TakeZeros<V>(V.Count);
    }

    internal override void Open(nint address, PlaneLayout layout, nint bytesAhead)
    {
        plane = (byte*)address;
        (this.layout, ahead) = (layout, bytesAhead);
        (next, tileStart, tileEnd) = (0, 0, 0);
    }

    internal override void Skip(int count) => next += count;

    protected override void Read(V* first, V* second, int step, int count)
    {
        if (layout.ChannelStride == 1)
        {
            ReadChannelsLast(first, second, step, count);
            return;
        }

        for (var end = next + count; next < end;)
        {
            if (next >= tileEnd && end - next >= V.Count)
            {
                if (ahead != 0)
                {
                    Prefetch();
                }

                Transpose(next, new((T*)first, (T*)second, step * V.Count));
                next += V.Count;
                Advance(ref first, ref second, step, V.Count);
                continue;
            }

            if (next >= tileEnd)
            {
                FillTile();
            }

            var known = Math.Min(end, tileEnd) - next;
            var source = tile + (next - tileStart);
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
            var following = first + step;
            first = second;
            second = following;
        }
    }

    private void ReadChannelsLast(V* first, V* second, int step, int count)
    {
        var stride = layout.PixelStride * S.Size;
        var source = plane + (next * stride);
        next += count;
        for (; count >= 2; count -= 2)
        {
            if (ahead != 0)
            {
                Prefetch(source + ahead);
                Prefetch(source + stride + ahead);
            }

            S.Load(source, first);
            S.Load(source + stride, second);
            first += step;
            second += step;
            source += 2 * stride;
        }

        if (count > 0)
        {
            S.Load(source, first);
        }
    }

    private byte* Address(int pixel, int channel) => plane + (((channel * layout.ChannelStride) + pixel) * S.Size);

    private void Transpose(int pixel, TileRows<T> to)
    {
        if (S.IsComputed)
        {
            V.Transpose(new((T*)Address(pixel, 0), layout.ChannelStride), to);
            return;
        }

        for (var channel = 0; channel < V.Count; channel++)
        {
            S.Load(Address(pixel, channel), converted + channel);
        }

        V.Transpose(new((T*)converted, V.Count), to);
    }

    // Out of the way of those that are read without it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Prefetch()
    {
        for (var channel = 0; channel < V.Count; channel++)
        {
            Prefetch(Address(next, channel) + ahead);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(address);
        }
    }

    private void FillTile()
    {
        if (ahead != 0)
        {
            Prefetch();
        }

        // The last tile of the plane reaches back rather than past the end.
        tileStart = Math.Min(next, layout.Pixels - V.Count);
        if (tileStart >= 0)
        {
            Transpose(tileStart, new((T*)tile, V.Count));
            tileEnd = tileStart + V.Count;
            return;
        }

        tileStart = 0;
        tileEnd = layout.Pixels;
        for (var channel = 0; channel < V.Count; channel++)
        {
            if (PlaneLayout.HasRoom(layout, 0, layout.Pixels, channel, V.Count))
            {
                S.Load(Address(0, channel), converted + channel);
                continue;
            }

            // In the tile's place the row has room for a whole vector.
            Unsafe.CopyBlockUnaligned(tile, Address(0, channel), (uint)(layout.Pixels * S.Size));
            S.Load((byte*)tile, converted + channel);
        }

        V.Transpose(new((T*)converted, V.Count), new((T*)tile, V.Count));
    }
}

using System.Runtime.CompilerServices;

namespace LiftPool.Kernels;

/// <summary>Writes a plane in order: the mirror of <see cref="PlaneReader{V}"/>.</summary>
internal abstract unsafe class PlaneWriter<V>
    where V : unmanaged
{
    /// <summary>Begins a plane.</summary>
    /// <param name="address">Of its first pixel.</param>
    /// <param name="layout">How it lies there.</param>
    /// <param name="pastCaches">
    /// Whether whole cache lines go to memory past the caches, if the plane lies so: a store there would first have to fetch the line,
    /// from sixteen channels that are far apart.
    /// </param>
    internal abstract void Open(nint address, PlaneLayout layout, bool pastCaches);

    /// <summary>Writes pixels one after the other.</summary>
    internal void Write(V* source, int count) => Write(source, source + 1, 2, count);

    /// <summary>Writes pixels alternately from two rows.</summary>
    internal void WriteMerged(V* first, V* second, int count) => Write(first, second, 1, count);

    /// <summary>Has to follow the last pixel.</summary>
    internal abstract void Flush();

    protected abstract void Write(V* first, V* second, int step, int count);
}

/// <inheritdoc/>
internal sealed unsafe class PlaneWriter<S, V, T> : PlaneWriter<V>
    where S : struct, IStorage<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    // Of all processors with vectors of this size.
    private const int CacheLine = 64;

    private readonly V* tile;
    private readonly V* transposed;
    private byte* plane;
    private PlaneLayout layout;
    private bool nonTemporal;
    private int next;

    // So many pixels before `next` wait in the tile until it is full.
    private int waiting;

    internal PlaneWriter(Arena arena)
    {
        tile = arena.Take<V>(V.Count);
        transposed = arena.Take<V>(V.Count);
    }

    internal override void Open(nint address, PlaneLayout layout, bool pastCaches)
    {
        plane = (byte*)address;
        this.layout = layout;
        (next, waiting) = (0, 0);
        var stride = layout.ChannelStride == 1 ? layout.PixelStride : layout.ChannelStride;
        nonTemporal = pastCaches && S.IsComputed && sizeof(V) == CacheLine && (address | (stride * S.Size)) % CacheLine == 0;
    }

    protected override void Write(V* first, V* second, int step, int count)
    {
        if (layout.ChannelStride == 1)
        {
            WriteChannelsLast(first, second, step, count);
            return;
        }

        while (count > 0)
        {
            if (waiting == 0 && count >= V.Count)
            {
                WriteTile(new((T*)first, (T*)second, step * V.Count));
                count -= V.Count;
                PlaneReader<S, V, T>.Advance(ref first, ref second, step, V.Count);
                continue;
            }

            var room = Math.Min(count, V.Count - waiting);
            var target = tile + waiting;
            for (var i = 0; i + 1 < room; i += 2)
            {
                target[i] = first[i / 2 * step];
                target[i + 1] = second[i / 2 * step];
            }

            if (room % 2 == 1)
            {
                target[room - 1] = first[room / 2 * step];
            }

            waiting += room;
            count -= room;
            PlaneReader<S, V, T>.Advance(ref first, ref second, step, room);
            if (waiting == V.Count)
            {
                WriteTile(new((T*)tile, V.Count));
                waiting = 0;
            }
        }
    }

    internal override void Flush()
    {
        if (waiting == 0)
        {
            return;
        }

        V.Transpose(new((T*)tile, V.Count), new((T*)transposed, V.Count));
        for (var channel = 0; channel < V.Count; channel++)
        {
            if (PlaneLayout.HasRoom(layout, next, waiting, channel, V.Count))
            {
                // What is written beyond the row is written over by the next channels.
                S.Store(transposed + channel, Address(0, channel));
                continue;
            }

            // In the tile's place the row can be stored whole.
            S.Store(transposed + channel, (byte*)tile);
            Unsafe.CopyBlockUnaligned(Address(next, channel), tile, (uint)(waiting * S.Size));
        }

        waiting = 0;
    }

    private void WriteChannelsLast(V* first, V* second, int step, int count)
    {
        var stride = layout.PixelStride * S.Size;
        var target = plane + (next * stride);
        next += count;
        for (; count >= 2; count -= 2)
        {
            if (nonTemporal)
            {
                first->StoreNonTemporal((T*)target);
                second->StoreNonTemporal((T*)(target + stride));
            }
            else
            {
                S.Store(first, target);
                S.Store(second, target + stride);
            }

            first += step;
            second += step;
            target += 2 * stride;
        }

        if (count > 0)
        {
            S.Store(first, target);
        }
    }

    private byte* Address(int pixel, int channel) => plane + (((channel * layout.ChannelStride) + pixel) * S.Size);

    private void WriteTile(TileRows<T> pixels)
    {
        var pixel = next;
        next += V.Count;
        if (S.IsComputed && !nonTemporal)
        {
            V.Transpose(pixels, new((T*)Address(pixel, 0), layout.ChannelStride));
            return;
        }

        V.Transpose(pixels, new((T*)transposed, V.Count));
        for (var channel = 0; channel < V.Count; channel++)
        {
            if (nonTemporal)
            {
                transposed[channel].StoreNonTemporal((T*)Address(pixel, channel));
            }
            else
            {
                S.Store(transposed + channel, Address(pixel, channel));
            }
        }
    }
}

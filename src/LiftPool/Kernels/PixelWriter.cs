namespace LiftPool.Kernels;

/// <summary>Writes a plane in order: the mirror of <see cref="PixelReader{V, T}"/>.</summary>
/// <remarks>
/// Call <see cref="Flush"/> after the last pixel. With <paramref name="nonTemporal"/>, whole cache lines go to memory past the
/// caches: a store there would first have to fetch the line, from sixteen channels that are far apart.
/// </remarks>
internal unsafe struct PixelWriter<V, T>(T* plane, PlaneLayout layout, V* square, bool nonTemporal)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private int next;

    // So many pixels before `next` wait in the square until it is full.
    private int waiting;

    /// <summary>The memory that a writer needs: a square of pixels that wait, and the transpose of one.</summary>
    internal static int SquareSize => 2 * V.Count;

    /// <summary>Writes pixels one after the other.</summary>
    internal void Write(V* source, int count) => Write(source, source + 1, 2, count);

    /// <summary>Writes pixels alternately from two rows.</summary>
    internal void WriteMerged(V* first, V* second, int count) => Write(first, second, 1, count);

    private void Write(V* first, V* second, int step, int count)
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
                WriteSquare(new((T*)first, (T*)second, step * V.Count));
                count -= V.Count;
                PixelReader<V, T>.Advance(ref first, ref second, step, V.Count);
                continue;
            }

            var room = Math.Min(count, V.Count - waiting);
            var target = square + waiting;
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
            PixelReader<V, T>.Advance(ref first, ref second, step, room);
            if (waiting == V.Count)
            {
                WriteSquare(new((T*)square, V.Count));
                waiting = 0;
            }
        }
    }

    private void WriteChannelsLast(V* first, V* second, int step, int count)
    {
        var target = plane + (next * layout.PixelStride);
        next += count;
        for (; count >= 2; count -= 2)
        {
            if (nonTemporal)
            {
                first->StoreNonTemporal(target);
                second->StoreNonTemporal(target + layout.PixelStride);
            }
            else
            {
                first->Store(target);
                second->Store(target + layout.PixelStride);
            }

            first += step;
            second += step;
            target += 2 * layout.PixelStride;
        }

        if (count > 0)
        {
            first->Store(target);
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

    private void WriteSquare(SquareRows<T> pixels)
    {
        var target = plane + next;
        next += V.Count;
        if (!nonTemporal)
        {
            V.Transpose(pixels, new(target, layout.ChannelStride));
            return;
        }

        var rows = square + V.Count;
        V.Transpose(pixels, new((T*)rows, V.Count));
        for (var channel = 0; channel < V.Count; channel++)
        {
            rows[channel].StoreNonTemporal(target + (channel * layout.ChannelStride));
        }
    }
}

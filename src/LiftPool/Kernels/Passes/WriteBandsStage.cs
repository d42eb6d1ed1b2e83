namespace LiftPool.Kernels;

/// <summary>Writes bands, sums of bands, or the gradients of bands.</summary>
internal sealed unsafe class WriteBandsStage<V, T> : Stage
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly PassContext<V, T> context;
    private readonly BandSink[] sinks;
    private readonly LineBuffer<V> buffer;
    private readonly int[] slots;
    private readonly TensorPlanes[] planes;
    private readonly PlaneWriter<V>[] writers;
    private readonly V*[] factors;
    private readonly V* sum;

    /// <param name="context">The worker's.</param>
    /// <param name="sinks">What is written.</param>
    /// <param name="buffer">The bands, or their gradients.</param>
    /// <param name="slots">Of each band, its slot there.</param>
    internal WriteBandsStage(PassContext<V, T> context, BandSink[] sinks, LineBuffer<V> buffer, int[] slots)
    {
        (this.context, this.sinks, this.buffer, this.slots) = (context, sinks, buffer, slots);
        planes = Array.ConvertAll(sinks, sink => BandTensors.Of(context, sink.Tensor, sink.Channels, sink.FirstChannel));
        writers = Array.ConvertAll(sinks, _ => Storages.NewWriter<V, T>(context.Call.Storage, context.Arena));
        factors = BandTensors.TakeFactors(context, sinks);
        sum = context.Arena.Take<V>(context.Geometry.Columns);
    }

    internal override void Begin()
    {
        BandTensors.LoadFactors(context, sinks, factors);
        for (var i = 0; i < writers.Length; i++)
        {
            // All that is written together, before the first of it is read.
            var bytes = (long)writers.Length * context.Geometry.Items * context.Geometry.Channels * planes[i].Pixels * planes[i].ElementSize;
            writers[i].Open(planes[i].Address(context.Block, 0), planes[i].Layout, bytes > Pass.CacheBytes);
        }
    }

    internal override void Run(int plane, int from, int to)
    {
        for (var y = from; y < to; y++)
        {
            for (var i = 0; i < writers.Length; i++)
            {
                writers[i].Write(Combined(i, plane, y), context.Geometry.Columns);
            }
        }
    }

    internal override void End()
    {
        foreach (var writer in writers)
        {
            writer.Flush();
        }
    }

    private V* Combined(int i, int plane, int y)
    {
        var sink = sinks[i];
        if (sink.Gains == 0 && int.IsPow2(sink.Bands) && sink.Scale == 1)
        {
            return buffer.Line(slots[int.Log2(sink.Bands)], plane, y);
        }

        V* factor = factors[i], total = sum;
        var isFirst = true;
        for (var band = 0; band < context.Geometry.Bands; band++)
        {
            if ((sink.Bands >> band & 1) == 0)
            {
                continue;
            }

            var samples = buffer.Line(slots[band], plane, y);
            if (sink.Gains == 0 && sink.Scale == 1 && (sink.Bands >> band & 0b1111) == 0b1111)
            {
                // Bands that are added as they are, four in one go.
                AddFour(total, samples, buffer.Line(slots[band + 1], plane, y), buffer.Line(slots[band + 2], plane, y), buffer.Line(slots[band + 3], plane, y), isFirst);
                (band, isFirst) = (band + 3, false);
                continue;
            }

            Add(total, samples, *factor++, isFirst);
            isFirst = false;
        }

        return total;
    }

    private void AddFour(V* total, V* a, V* b, V* c, V* d, bool isFirst)
    {
        for (int j = 0, columns = context.Geometry.Columns; j < columns; j++)
        {
            total[j] = (isFirst ? a[j] : total[j] + a[j]) + b[j] + c[j] + d[j];
        }
    }

    /// <summary><c>total += factor * samples</c>; at first, <c>=</c>.</summary>
    private void Add(V* total, V* samples, V factor, bool isFirst)
    {
        for (int j = 0, columns = context.Geometry.Columns; j < columns; j++)
        {
            total[j] = isFirst ? factor * samples[j] : V.MultiplyAdd(factor, samples[j], total[j]);
        }
    }
}

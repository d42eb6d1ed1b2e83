namespace LiftPool.Kernels;

/// <summary>Writes bands, sums of bands, or the gradients of bands.</summary>
internal sealed unsafe class WriteBandsStage<V, T> : Stage
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    // The sums of so many stay in the nearest cache until they are written. Whole tiles, for the writer.
    private const int SamplesTogether = 128;

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
        sum = context.Arena.Take<V>(Math.Min(context.Geometry.Columns, SamplesTogether));
    }

    internal override void Begin()
    {
        BandTensors.LoadFactors(context, sinks, factors);
        for (var i = 0; i < writers.Length; i++)
        {
            // All that is written together, before the first of it is read.
            var elements = (long)writers.Length * context.Geometry.Items * context.Geometry.Channels * planes[i].Pixels;
            var address = planes[i].Address(context.Block, 0, context.Geometry.BandPixelsBefore(context.Geometry.Stretch.From));
            writers[i].Open(address, planes[i].Layout, elements * planes[i].ElementSize > Pass.CacheBytes);
        }
    }

    internal override void Run(int plane, int from, int to)
    {
        for (var y = from; y < to; y++)
        {
            for (var i = 0; i < writers.Length && context.Geometry.Owns(plane, y); i++)
            {
                Write(i, plane, y);
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

    private void Write(int i, int plane, int y)
    {
        var (sink, columns) = (sinks[i], context.Geometry.Columns);
        if (sink.IsBand)
        {
            writers[i].Write(buffer.Line(slots[int.Log2(sink.Bands)], plane, y), columns);
            return;
        }

        for (var j = 0; j < columns; j += SamplesTogether)
        {
            var count = Math.Min(columns - j, SamplesTogether);
            Sum(sink, factors[i], plane, y, j, count);
            writers[i].Write(sum, count);
        }
    }

    private void Sum(in BandSink sink, V* factor, int plane, int y, int from, int count)
    {
        var isFirst = true;
        for (var band = 0; band < context.Geometry.Bands; band++)
        {
            if ((sink.Bands >> band & 1) == 0)
            {
                continue;
            }

            var samples = buffer.Line(slots[band], plane, y) + from;
            if (sink.Gains == 0 && sink.Scale == 1 && sink.Magnitudes == 0 && (sink.Bands >> band & 0b1111) == 0b1111)
            {
                // Bands that are added as they are, four in one go.
                V* second = buffer.Line(slots[band + 1], plane, y) + from, third = buffer.Line(slots[band + 2], plane, y) + from;
                AddFour(samples, second, third, buffer.Line(slots[band + 3], plane, y) + from, count, isFirst);
                band += 3;
            }
            else if ((sink.Magnitudes >> band & 1) != 0)
            {
                AddMagnitude(samples, *factor++, count, isFirst);
            }
            else
            {
                Add(samples, *factor++, count, isFirst);
            }

            isFirst = false;
        }
    }

    private void AddFour(V* a, V* b, V* c, V* d, int count, bool isFirst)
    {
        for (var j = 0; j < count; j++)
        {
            sum[j] = (isFirst ? a[j] : sum[j] + a[j]) + b[j] + c[j] + d[j];
        }
    }

    private void Add(V* samples, V factor, int count, bool isFirst)
    {
        for (var j = 0; j < count; j++)
        {
            sum[j] = isFirst ? factor * samples[j] : V.MultiplyAdd(factor, samples[j], sum[j]);
        }
    }

    private void AddMagnitude(V* samples, V factor, int count, bool isFirst)
    {
        for (var j = 0; j < count; j++)
        {
            var magnitude = Activation.Abs<V, T>(samples[j]);
            sum[j] = isFirst ? factor * magnitude : V.MultiplyAdd(factor, magnitude, sum[j]);
        }
    }
}

namespace LiftPool.Kernels;

/// <summary>Reads the bands, or their gradients, one after the other.</summary>
internal sealed unsafe class ReadBandsStage<V, T> : Stage
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly PassContext<V, T> context;
    private readonly LineBuffer<V> buffer;
    private readonly TensorPlanes[] planes;
    private readonly PlaneReader<V>[] readers;

    internal ReadBandsStage(PassContext<V, T> context, LineBuffer<V> buffer)
    {
        (this.context, this.buffer) = (context, buffer);
        var storage = context.Call.Storage;
        planes = Array.ConvertAll(context.Call.Bands, band => Bands.Of(context, band, context.Geometry.Channels, 0));
        readers = Array.ConvertAll(planes, _ => Storages.NewReader<V, T>(storage, context.Arena));
    }

    internal override void Begin()
    {
        for (var band = 0; band < readers.Length; band++)
        {
            var ahead = planes[band].BytesAhead(context.Block, context.Next, 0, 1);
            readers[band].Open(planes[band].Address(context.Block, 0), planes[band].Layout, ahead);
        }
    }

    internal override void Run(int plane, int from, int to)
    {
        for (var y = from; y < to; y++)
        {
            for (var band = 0; band < readers.Length; band++)
            {
                readers[band].Read(buffer.Line(band, plane, y), context.Geometry.Columns);
            }
        }
    }
}

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
        planes = Array.ConvertAll(sinks, sink => Bands.Of(context, sink.Tensor, sink.Channels, sink.FirstChannel));
        writers = Array.ConvertAll(sinks, _ => Storages.NewWriter<V, T>(context.Call.Storage, context.Arena));
        factors = Bands.TakeFactors(context, sinks);
        sum = context.Arena.Take<V>(context.Geometry.Columns);
    }

    internal override void Begin()
    {
        Bands.LoadFactors(context, sinks, factors);
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

/// <summary>
/// Reads the gradients of a down-pool's outputs and adds each to those of the bands that it is made of, and to that of the factors of a
/// learned reduction.
/// </summary>
internal sealed unsafe class ReadOutputGradientsStage<V, T> : Stage
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly PassContext<V, T> context;
    private readonly LineBuffer<V> values;
    private readonly LineBuffer<V> gradients;
    private readonly int[] slots;
    private readonly TensorPlanes[] planes;
    private readonly PlaneReader<V>[] readers;
    private readonly V*[] factors;
    private readonly V* row;

    /// <param name="context">The worker's.</param>
    /// <param name="values">The bands, for the factors' gradients.</param>
    /// <param name="slots">Of each band, its slot there.</param>
    /// <param name="gradients">Where to.</param>
    internal ReadOutputGradientsStage(PassContext<V, T> context, LineBuffer<V> values, int[] slots, LineBuffer<V> gradients)
    {
        (this.context, this.values, this.slots, this.gradients) = (context, values, slots, gradients);
        planes = Array.ConvertAll(context.Call.SinkGradients, sink => Bands.Of(context, sink.Tensor, sink.Channels, sink.FirstChannel));
        readers = Array.ConvertAll(planes, _ => Storages.NewReader<V, T>(context.Call.Storage, context.Arena));
        factors = Bands.TakeFactors(context, context.Call.SinkGradients);
        row = context.Arena.Take<V>(context.Geometry.Columns);
    }

    internal override bool Changes => true;

    internal override void Begin()
    {
        Bands.LoadFactors(context, context.Call.SinkGradients, factors);
        for (var i = 0; i < readers.Length; i++)
        {
            var ahead = planes[i].BytesAhead(context.Block, context.Next, 0, 1);
            readers[i].Open(planes[i].Address(context.Block, 0), planes[i].Layout, ahead);
        }
    }

    internal override void Run(int plane, int from, int to)
    {
        for (var y = from; y < to; y++)
        {
            var written = 0;
            for (var i = 0; i < readers.Length; i++)
            {
                readers[i].Read(row, context.Geometry.Columns);
                Add(in context.Call.SinkGradients[i], factors[i], plane, y, written);
                written |= context.Call.SinkGradients[i].Bands;
            }

            for (var band = 0; band < context.Geometry.Bands; band++)
            {
                if ((written >> band & 1) == 0)
                {
                    new Span<V>(gradients.Line(band, plane, y), context.Geometry.Columns).Clear();
                }
            }
        }
    }

    /// <summary>The bands in <paramref name="written"/> have a gradient already; the others' memory holds anything.</summary>
    private void Add(in BandSink sink, V* factor, int plane, int y, int written)
    {
        var gain = 0;
        for (var band = 0; band < context.Geometry.Bands; band++)
        {
            if ((sink.Bands >> band & 1) == 0)
            {
                continue;
            }

            if (sink.Gains != 0 && context.Call.GainGradients != 0)
            {
                AddToGain(gain, Activation.Create<V, T>(sink.Scale), values.Line(slots[band], plane, y));
            }

            Add(gradients.Line(band, plane, y), factor[gain++], (written >> band & 1) == 0);
        }
    }

    private void Add(V* to, V factor, bool isFirst)
    {
        for (int j = 0, columns = context.Geometry.Columns; j < columns; j++)
        {
            to[j] = isFirst ? factor * row[j] : V.MultiplyAdd(factor, row[j], to[j]);
        }
    }

    /// <summary>The gradient of a factor: the product of the output's gradient, in the row, and the band.</summary>
    private void AddToGain(int gain, V factor, V* band)
    {
        for (var from = 0; from < context.Geometry.Columns; from += WeightSums<V, T>.BlockColumns)
        {
            V sum = default;
            for (int j = from, end = Math.Min(from + WeightSums<V, T>.BlockColumns, context.Geometry.Columns); j < end; j++)
            {
                sum = V.MultiplyAdd(row[j], band[j], sum);
            }

            context.Sums!.AddToGain(gain, factor * sum);
        }
    }
}

/// <summary>The tensors of bands, and what bands are multiplied with when they are summed.</summary>
internal static unsafe class Bands
{
    /// <summary>A band as one plane: its rows are read in their order, through all its planes.</summary>
    internal static TensorPlanes Of<V, T>(PassContext<V, T> context, TensorMemory memory, int channels, int firstChannel)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
        => new(memory, channels, firstChannel, 1, context.Geometry.Columns * context.Geometry.Rows * context.Geometry.Planes, Storages.Size(context.Call.Storage));

    /// <summary>Memory for the factors of each sink's bands.</summary>
    internal static V*[] TakeFactors<V, T>(PassContext<V, T> context, BandSink[] sinks)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
    {
        var factors = new V*[sinks.Length];
        for (var i = 0; i < sinks.Length; i++)
        {
            factors[i] = context.Arena.Take<V>(int.PopCount(sinks[i].Bands));
        }

        return factors;
    }

    /// <summary>Those of the channels in work.</summary>
    internal static void LoadFactors<V, T>(PassContext<V, T> context, BandSink[] sinks, V*[] factors)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
    {
        var (storage, channels, first) = (context.Call.Storage, context.Geometry.Channels, context.Block.FirstChannel);
        for (var i = 0; i < sinks.Length; i++)
        {
            var scale = Activation.Create<V, T>(sinks[i].Scale);
            for (var band = 0; band < int.PopCount(sinks[i].Bands); band++)
            {
                factors[i][band] = sinks[i].Gains == 0 ? scale : scale * Load(sinks[i].Gains, (band * channels) + first);
            }
        }

        V Load(nint gains, int element)
        {
            V loaded = default;
            for (var lane = 0; lane < V.Count; lane++)
            {
                var number = Storages.ReadNumber(storage, gains + ((nint)(element + lane) * Storages.Size(storage)));
                Activation.Create<LanesScalar<T>, T>(number).Store((T*)&loaded + lane);
            }

            return loaded;
        }
    }
}

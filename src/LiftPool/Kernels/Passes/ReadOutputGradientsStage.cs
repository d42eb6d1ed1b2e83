namespace LiftPool.Kernels;

/// <summary>
/// Reads the gradients of a down-pool's outputs and adds each to those of the bands that it is made of, and to those of the factors of
/// a learned reduction.
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
        planes = Array.ConvertAll(
            context.Call.SinkGradients,
            sink => BandTensors.Of(context, sink.Tensor, sink.Channels, sink.FirstChannel));
        readers = Array.ConvertAll(planes, _ => Storages.NewReader<V, T>(context.Call.Storage, context.Arena));
        factors = BandTensors.TakeFactors(context, context.Call.SinkGradients);
        row = context.Arena.Take<V>(context.Geometry.Columns);
    }

    internal override bool Changes => true;

    internal override void Begin()
    {
        BandTensors.LoadFactors(context, context.Call.SinkGradients, factors);
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

            var isMagnitude = (sink.Magnitudes >> band & 1) != 0;
            if (sink.Gains != 0 && context.Call.GainGradients != 0)
            {
                AddToGain(gain, Activation.Create<V, T>(sink.Scale), values.Line(slots[band], plane, y), isMagnitude);
            }

            var to = gradients.Line(band, plane, y);
            var isFirst = (written >> band & 1) == 0;
            if (isMagnitude)
            {
                AddSigned(to, factor[gain++], values.Line(slots[band], plane, y), isFirst);
            }
            else
            {
                Add(to, factor[gain++], isFirst);
            }
        }
    }

    private void Add(V* to, V factor, bool isFirst)
    {
        for (int j = 0, columns = context.Geometry.Columns; j < columns; j++)
        {
            to[j] = isFirst ? factor * row[j] : V.MultiplyAdd(factor, row[j], to[j]);
        }
    }

    /// <summary>Of a band whose absolute value is summed: with the band's sign, 0 at 0 as torch's abs has it.</summary>
    private void AddSigned(V* to, V factor, V* band, bool isFirst)
    {
        for (int j = 0, columns = context.Geometry.Columns; j < columns; j++)
        {
            var gradient = factor * row[j];
            gradient = V.WherePositive(band[j], gradient) - V.WherePositive(default(V) - band[j], gradient);
            to[j] = isFirst ? gradient : to[j] + gradient;
        }
    }

    /// <summary>The gradient of a factor: the product of the output's gradient, in the row, and the band or its absolute value.</summary>
    private void AddToGain(int gain, V factor, V* band, bool isMagnitude)
    {
        for (var from = 0; from < context.Geometry.Columns; from += WeightSums<V, T>.BlockColumns)
        {
            V sum = default;
            for (int j = from, end = Math.Min(from + WeightSums<V, T>.BlockColumns, context.Geometry.Columns); j < end; j++)
            {
                sum = V.MultiplyAdd(row[j], isMagnitude ? Activation.Abs<V, T>(band[j]) : band[j], sum);
            }

            context.Sums!.AddToGain(gain, factor * sum);
        }
    }
}

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
        planes = Array.ConvertAll(context.Call.Bands, band => BandTensors.Of(context, band, context.Geometry.Channels, 0));
        readers = Array.ConvertAll(planes, _ => Storages.NewReader<V, T>(storage, context.Arena));
    }

    internal override void Begin()
    {
        for (var band = 0; band < readers.Length; band++)
        {
            var ahead = planes[band].BytesAhead(context.Block, context.Next, 0, 1);
            readers[band].Open(planes[band].Address(context.Block, 0), planes[band].Layout, ahead);
            readers[band].Skip(context.Geometry.BandPixelsBefore(context.Geometry.Stretch.WindowFrom));
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

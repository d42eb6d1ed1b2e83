namespace LiftPool.Kernels;

/// <summary>The tensors of bands, and what bands are multiplied with when they are summed.</summary>
internal static unsafe class BandTensors
{
    /// <summary>A band as one plane: its rows are read in their order, through all its planes.</summary>
    internal static TensorPlanes Of<V, T>(PassContext<V, T> context, TensorMemory memory, int channels, int firstChannel)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
        => new(memory, channels, firstChannel, 1, context.Geometry.BandPixels, Storages.Size(context.Call.Storage));

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

using LiftPool.Kernels;
using LiftPool.Lifting;

namespace LiftPool.Calls;

/// <summary>An up-pool on the fused kernels: the bands to the signal.</summary>
/// <param name="Up">What is asked for.</param>
/// <param name="Scheme">The steps of the scheme.</param>
/// <param name="Bits">The vector width.</param>
internal sealed record FusedUp(UpRequest Up, FusedScheme Scheme, int Bits) : FusedCall(Up, Scheme, Bits)
{
    internal override PoolResult Forward(PoolInputs inputs)
    {
        var channelsLast = MemoryLayout.IsChannelsLast(inputs.Signals[0]!);
        var (bands, setAside) = (Dense(inputs.Signals, channelsLast), Dense(inputs.SetAside, channelsLast));
        var result = NewResult(inputs);
        using var addresses = new Addresses();
        var call = new KernelCall
        {
            Task = KernelTask.Up,
            Geometry = GeometryFor(bands[0]),
            Storage = StorageOf(bands[0]),
            Operators = Operators(addresses, inputs.Weights),
            Bands = addresses.Of(bands, channelsLast),
            Cropped = Cropped(addresses, setAside, channelsLast),
            Signal = addresses.Of(result.Output!, channelsLast),
        };
        KernelRunner.Run(call, Bits, get_num_threads());
        return result;
    }

    internal override PoolInputs Backward(PoolInputs inputs, PoolResult gradients, bool wantsSignals)
    {
        if (gradients.Output is not { } given)
        {
            return None(inputs);
        }

        var channelsLast = MemoryLayout.IsChannelsLast(inputs.Signals[0]!);
        var bands = Dense(inputs.Signals, channelsLast);
        var gradient = MemoryLayout.Dense(given, channelsLast);
        Tensor[] bandGradients = wantsSignals ? [.. bands.Select(band => New(band.shape, band, channelsLast))] : [];
        var weightGradients = NewGradients(inputs.Weights);
        using var addresses = new Addresses();
        var call = new KernelCall
        {
            Task = KernelTask.UpGradient,
            Geometry = GeometryFor(bands[0]),
            Storage = StorageOf(gradient),
            Operators = Operators(addresses, inputs.Weights),
            Bands = addresses.Of(bands, channelsLast),
            BandGradients = addresses.Of(bandGradients, channelsLast),
            SignalGradient = addresses.Of(gradient, channelsLast),
            WeightGradients = Operators(addresses, weightGradients),
        };
        KernelRunner.Run(call, Bits, get_num_threads());

        // What took no part in the lifting stands in the signal as it is.
        var wantsSetAside = Array.Exists(inputs.SetAside, samples => samples!.requires_grad);
        return new(wantsSignals ? bandGradients : new Tensor?[bands.Length])
        {
            SetAside = wantsSetAside ? [.. OddSizes.SetAside(given, Up.Axes)] : new Tensor?[inputs.SetAside.Length],
            Weights = weightGradients,
        };
    }

    internal override PoolResult NewResult(PoolInputs inputs)
    {
        var band = inputs.Signals[0]!;
        return new(New(SignalShape(band), band, MemoryLayout.IsChannelsLast(band)));
    }

    private Geometry GeometryFor(Tensor band) => GeometryFor(SignalShape(band), ceilMode: Up.SetAside == 0);

    private long[] SignalShape(Tensor band)
    {
        var shape = band.shape;
        return [shape[0], shape[1], .. Up.Lengths ?? [.. shape[2..].Select((length, i) => Up.Axes.Lifts(i + 2) ? 2 * length : length)]];
    }

    /// <summary>For each axis, horizontal first, its samples if there are any.</summary>
    private TensorMemory[] Cropped(Addresses addresses, Tensor[] setAside, bool channelsLast)
    {
        var (next, memories) = (0, new TensorMemory[Up.Lengths?.Length ?? 0]);
        for (var axis = 0; axis < memories.Length && next < setAside.Length; axis++)
        {
            var isCropped = Up.Axes.Lifts(^(axis + 1)) && Up.Lengths![^(axis + 1)] % 2 == 1;
            memories[axis] = isCropped ? addresses.Of(setAside[next++], channelsLast) : default;
        }

        return memories;
    }

    // An axis of one sample leaves a band's layout open: the first band decides for all.
    private static Tensor[] Dense(Tensor?[] tensors, bool channelsLast)
        => Array.ConvertAll(tensors, tensor => MemoryLayout.Dense(tensor!, channelsLast));
}

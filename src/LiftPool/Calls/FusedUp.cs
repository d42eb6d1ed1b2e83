using LiftPool.Kernels;
using LiftPool.Lifting;

namespace LiftPool.Calls;

/// <summary>An up-pool on the fused kernels: the bands to the signal.</summary>
/// <param name="Steps">The steps of the scheme.</param>
/// <param name="Gains">What the halves of an axis were multiplied with.</param>
/// <param name="Padding">What stands beyond the ends.</param>
/// <param name="Bits">The vector width.</param>
internal sealed record FusedUp(KernelStep[] Steps, Gains Gains, PaddingModes Padding, int Bits) : FusedCall(Steps, Gains, Padding, Bits)
{
    /// <summary>The spatial lengths of the signal; null for twice the bands'.</summary>
    internal long[]? Lengths { get; init; }

    /// <summary>How many tensors of samples that took no part are inputs after the bands: one for each odd length, or none.</summary>
    internal int Cropped { get; init; }

    /// <summary>The signal.</summary>
    /// <param name="inputs">All bands, of one layout, the samples that took no part, and four weights for each step.</param>
    public override List<Tensor> Forward(Tensor?[] inputs)
    {
        var (bands, cropped, weights) = Divide(inputs);
        var channelsLast = MemoryLayout.IsChannelsLast(bands[0]);
        (bands, cropped) = (Dense(bands, channelsLast), Dense(cropped, channelsLast));
        var signal = NewOutputs(inputs)[0];
        using var addresses = new Addresses();
        var call = new KernelCall
        {
            Task = KernelTask.Up,
            Geometry = GeometryFor(bands[0]),
            Storage = StorageOf(signal),
            Operators = Operators(addresses, weights),
            Bands = addresses.Of(bands, channelsLast),
            Cropped = CroppedOf(addresses, cropped, channelsLast),
            Signal = addresses.Of(signal, channelsLast),
        };
        Run(call);
        return [signal];
    }

    internal override List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients, bool wantsSignal)
    {
        if (gradients[0] is not { } given)
        {
            return [.. inputs.Select(_ => (Tensor?)null)];
        }

        var (bands, cropped, weights) = Divide(inputs);
        var channelsLast = MemoryLayout.IsChannelsLast(bands[0]);
        bands = Dense(bands, channelsLast);
        var gradient = MemoryLayout.Dense(given, channelsLast);
        Tensor[] bandGradients = wantsSignal ? [.. bands.Select(band => New(band.shape, band, channelsLast))] : [];
        var weightGradients = NewGradients(weights, [.. Steps.Select(_ => true)]);
        using var addresses = new Addresses();
        var call = new KernelCall
        {
            Task = KernelTask.UpGradient,
            Geometry = GeometryFor(bands[0]),
            Storage = StorageOf(gradient),
            Operators = Operators(addresses, weights),
            Bands = addresses.Of(bands, channelsLast),
            BandGradients = addresses.Of(bandGradients, channelsLast),
            SignalGradient = addresses.Of(gradient, channelsLast),
            WeightGradients = Operators(addresses, weightGradients),
        };
        Run(call);

        // What took no part in the lifting stands in the signal as it is.
        var wantsCropped = Array.Exists(cropped, samples => samples.requires_grad);
        Tensor?[] ofCropped = wantsCropped ? [.. OddSizes.SetAside(given)] : new Tensor?[cropped.Length];
        return [.. wantsSignal ? bandGradients : new Tensor?[bands.Length], .. ofCropped, .. weightGradients];
    }

    public override List<Tensor> Composed(Tensor?[] inputs)
    {
        var (bands, cropped, weights) = Divide(inputs);
        return WithComposedSteps(weights, steps =>
        {
            var whole = LiftingTransform.Inverse(steps, bands);
            return [Lengths is null ? whole : OddSizes.Restore(whole, Lengths, cropped)];
        });
    }

    internal override List<Tensor> NewOutputs(Tensor?[] inputs)
        => [New(SignalShape(inputs[0]!), inputs[0]!, MemoryLayout.IsChannelsLast(inputs[0]!))];

    internal override long HalfLength(long length) => length;

    protected override int WeightInputs => WeightCount + Cropped;

    private Geometry GeometryFor(Tensor band) => GeometryFor(SignalShape(band), ceilMode: Cropped == 0);

    private (Tensor[] bands, Tensor[] cropped, Tensor?[] weights) Divide(Tensor?[] inputs)
        => ([.. inputs[..^WeightInputs]!], [.. inputs[^WeightInputs..^WeightCount]!], inputs[^WeightCount..]);

    private long[] SignalShape(Tensor band)
    {
        var shape = band.shape;
        return [shape[0], shape[1], .. Lengths ?? [.. shape[2..].Select(length => 2 * length)]];
    }

    /// <summary>For each axis, horizontal first, its samples if there are any.</summary>
    private TensorMemory[] CroppedOf(Addresses addresses, Tensor[] dense, bool channelsLast)
    {
        var (next, memories) = (0, new TensorMemory[Lengths?.Length ?? 0]);
        for (var axis = 0; axis < memories.Length && next < dense.Length; axis++)
        {
            memories[axis] = Lengths![^(axis + 1)] % 2 == 1 ? addresses.Of(dense[next++], channelsLast) : default;
        }

        return memories;
    }

    // An axis of one sample leaves a band's layout open: the first band decides for all.
    private static Tensor[] Dense(Tensor[] tensors, bool channelsLast)
        => Array.ConvertAll(tensors, tensor => MemoryLayout.Dense(tensor, channelsLast));
}

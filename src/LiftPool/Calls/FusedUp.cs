using LiftPool.Kernels;
using LiftPool.Lifting;
namespace LiftPool.Calls;

/// <summary>An up-pool on the fused kernels: the bands to the signal of even lengths.</summary>
/// <param name="Steps">The steps of the scheme.</param>
/// <param name="Gains">What the halves of an axis were multiplied with.</param>
/// <param name="Padding">What stands beyond the ends.</param>
/// <param name="Bits">The vector width.</param>
internal sealed record FusedUp(KernelStep[] Steps, Gains Gains, PaddingModes Padding, int Bits) : FusedCall(Steps, Gains, Padding, Bits)
{
    /// <summary>The signal.</summary>
    /// <param name="inputs">All bands, of one layout, and four weights for each step.</param>
    public override List<Tensor> Forward(Tensor?[] inputs)
    {
        var (bands, weights) = Divide(inputs);
        var channelsLast = MemoryLayout.IsChannelsLast(bands[0]);
        bands = Dense(bands, channelsLast);
        var signal = NewOutputs(inputs)[0];
        var call = new KernelCall
        {
            Plan = PlanFor(signal.shape, ceilMode: false),
            Bands = Memories(bands, channelsLast),
            Signal = Memory(signal, channelsLast),
        };
        Run(KernelTask.Up, call, weights, signal.dtype);
        GC.KeepAlive(bands);
        return [signal];
    }

    public override List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients)
    {
        if (gradients[0] is not { } given)
        {
            return [.. inputs.Select(_ => (Tensor?)null)];
        }

        var (bands, weights) = Divide(inputs);
        var channelsLast = MemoryLayout.IsChannelsLast(bands[0]);
        bands = Dense(bands, channelsLast);
        var gradient = MemoryLayout.Dense(given, channelsLast);
        var plan = PlanFor(SignalShape(bands[0]), ceilMode: false);
        Tensor[] bandGradients = [.. bands.Select(band => New(band.shape, band, channelsLast))];
        var weightGradients = NewGradients(weights, [.. Steps.Select(_ => true)]);
        var call = new KernelCall
        {
            Plan = plan,
            Bands = Memories(bands, channelsLast),
            BandGradients = Memories(bandGradients, channelsLast),
            SignalGradient = Memory(gradient, channelsLast),
            WeightGradients = Operators(weightGradients),
        };
        Run(KernelTask.UpGradient, call, weights, gradient.dtype);
        GC.KeepAlive(bands);
        GC.KeepAlive(gradient);
        return [.. bandGradients, .. weightGradients];
    }

    public override List<Tensor> Composed(Tensor?[] inputs)
    {
        var (bands, weights) = Divide(inputs);
        return WithComposedSteps(weights, steps => [LiftingTransform.Inverse(steps, bands)]);
    }

    internal override List<Tensor> NewOutputs(Tensor?[] inputs)
        => [New(SignalShape(inputs[0]!), inputs[0]!, MemoryLayout.IsChannelsLast(inputs[0]!))];

    internal override long HalfLength(long length) => length;

    private (Tensor[] bands, Tensor?[] weights) Divide(Tensor?[] inputs) => ([.. inputs[..^WeightCount]!], inputs[^WeightCount..]);

    private static long[] SignalShape(Tensor band)
    {
        var shape = band.shape;
        return [shape[0], shape[1], .. shape[2..].Select(length => 2 * length)];
    }

    // An axis of one sample leaves a band's layout open: the first band decides for all.
    private static Tensor[] Dense(Tensor[] bands, bool channelsLast) => Array.ConvertAll(bands, band => MemoryLayout.Dense(band, channelsLast));

    private static TensorMemory[] Memories(Tensor[] dense, bool channelsLast) => Array.ConvertAll(dense, tensor => Memory(tensor, channelsLast));
}

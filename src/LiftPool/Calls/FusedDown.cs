using System.Runtime.InteropServices;
using LiftPool.Kernels;
using LiftPool.Lifting;
namespace LiftPool.Calls;

/// <summary>A down-pool on the fused kernels.</summary>
/// <param name="Steps">The steps of the scheme.</param>
/// <param name="Gains">What the halves of an axis are multiplied with.</param>
/// <param name="Padding">What stands beyond the ends.</param>
/// <param name="Bits">The vector width.</param>
/// <param name="CeilMode">What becomes of an odd axis.</param>
/// <param name="Bands">The bands that the output is made of; none for no output.</param>
/// <param name="Reduction">How.</param>
/// <param name="KeepBands">Whether every band is an output too, after the reduction.</param>
/// <param name="Norm">Whether c_u and c_p are outputs too, the last, and of which norm.</param>
internal sealed record FusedDown(KernelStep[] Steps, Gains Gains, PaddingModes Padding, int Bits, bool CeilMode, int Bands, BandReduction Reduction, bool KeepBands, PenaltyNorm? Norm)
    : FusedCall(Steps, Gains, Padding, Bits)
{
    private bool ComputesAllBands => KeepBands || Norm is not null;

    /// <summary>The output, with <see cref="KeepBands"/> every band, with <see cref="Norm"/> c_u and c_p.</summary>
    /// <param name="inputs">The signal, four weights for each step, the gain of a learned reduction.</param>
    public override List<Tensor> Forward(Tensor?[] inputs)
    {
        var (x, weights) = (inputs[0]!, inputs[1..]);
        var channelsLast = MemoryLayout.IsChannelsLast(x);
        var shape = x.shape;
        var geometry = GeometryFor(shape, CeilMode);
        var outputs = NewOutputs(x, shape, channelsLast);
        var blocks = geometry.Blocks(KernelRunner.Lanes(StorageOf(x), Bits));
        var sums = Norm is null ? [] : GC.AllocateArray<double>(geometry.Items * blocks * geometry.PenaltySums, pinned: true);
        using var addresses = new Addresses();
        var call = new KernelCall
        {
            Task = KernelTask.Down,
            Geometry = geometry,
            Storage = StorageOf(x),
            Operators = Operators(addresses, weights),
            Signal = addresses.Of(x, channelsLast),
            Sinks = Sinks(addresses, geometry, outputs!, weights, channelsLast),
            NeededBands = ComputesAllBands ? LiftingTransform.AllBands(geometry.Axes) : Bands,
            PenaltySums = Norm is null ? 0 : Marshal.UnsafeAddrOfPinnedArrayElement(sums, 0),
        };
        Run(call);
        GC.KeepAlive(sums);
        return WithPenalties(outputs, x, Norm is { } norm ? [(0, PenaltyNorms.OfBlocks(norm, geometry, sums, blocks))] : []);
    }

    internal override List<Tensor> WithPenalties(List<Tensor> outputs, Tensor x, IReadOnlyList<(long Item, PenaltyNorms Norms)> pieces)
    {
        if (Norm is { } norm)
        {
            Norms = PenaltyNorms.OfPieces(norm, GeometryFor(x.shape, CeilMode), pieces);
            var dtype = x.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
            outputs.Add(tensor(Norms.Total(0), dtype: dtype));
            outputs.Add(tensor(Norms.Total(1), dtype: dtype));
        }

        return outputs;
    }

    internal override List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients, bool wantsSignal)
    {
        var (x, weights) = (inputs[0]!, inputs[1..]);
        var channelsLast = MemoryLayout.IsChannelsLast(x);
        var geometry = GeometryFor(x.shape, CeilMode);
        var penalized = PenalizedBands(geometry, gradients);
        var factors = penalized != 0 ? Norms!.Factors(Value(gradients[^2]), Value(gradients[^1])) : null;
        var isPenalized = (OfUpdate: Norm is not null && gradients[^2] is not null, OfPredict: Norm is not null && gradients[^1] is not null);
        gradients = Norm is null ? gradients : gradients[..^2];
        List<Tensor?> dense = [.. gradients.Select(gradient => gradient is null ? null : MemoryLayout.Dense(gradient, channelsLast))];
        using var addresses = new Addresses();
        var sinks = Sinks(addresses, geometry, dense, weights, channelsLast);
        var wanted = sinks.Aggregate(penalized, (bands, sink) => bands | sink.Bands);
        if (wanted == 0)
        {
            return [.. inputs.Select(_ => (Tensor?)null)];
        }

        var xGradient = wantsSignal ? New(x.shape, x, channelsLast) : null;
        var weightGradients = NewGradients(weights, StepsLeadingTo(geometry, wanted));
        var gain = weights[WeightCount];
        var gainGradient = gain is not null && gain.requires_grad && Bands != 0 && dense[0] is not null ? empty_like(gain) : null;
        if (xGradient is null && gainGradient is null && Array.TrueForAll(weightGradients, gradient => gradient is null))
        {
            return [.. inputs.Select(_ => (Tensor?)null)];
        }

        var call = new KernelCall
        {
            Task = KernelTask.DownGradient,
            Geometry = geometry,
            Storage = StorageOf(x),
            Operators = Operators(addresses, weights),
            Signal = addresses.Of(x, channelsLast),
            SinkGradients = sinks,
            NeededBands = penalized != 0 ? LiftingTransform.AllBands(geometry.Axes) : wanted,
            SignalGradient = xGradient is null ? default : addresses.Of(xGradient, channelsLast),
            WeightGradients = Operators(addresses, weightGradients),
            GainGradients = addresses.Of(gainGradient),
            Gains = int.PopCount(Bands),
            PenaltyFactors = factors,
            Penalized = factors is null ? default : (isPenalized.OfUpdate, isPenalized.OfPredict),
        };
        Run(call);
        return [xGradient, .. weightGradients, gainGradient];
    }

    protected override int WeightInputs => WeightCount + 1;

    public override List<Tensor> Composed(Tensor?[] inputs)
        => WithComposedSteps(
            inputs[1..],
            steps => TensorDown.Compose(steps, inputs[0]!, inputs[^1], CeilMode, Bands, Reduction, KeepBands, Norm));

    internal override List<Tensor> NewOutputs(Tensor?[] inputs)
        => NewOutputs(inputs[0]!, inputs[0]!.shape, MemoryLayout.IsChannelsLast(inputs[0]!));

    private List<Tensor> NewOutputs(Tensor x, long[] shape, bool channelsLast)
    {
        long[] band = [.. shape];
        for (var axis = 2; axis < band.Length; axis++)
        {
            band[axis] = HalfLength(shape[axis]);
        }

        long[] pooled = [.. band];
        pooled[1] *= Reduction == BandReduction.Concat ? int.PopCount(Bands) : 1;
        List<Tensor> outputs = Bands == 0 ? [] : [New(pooled, x, channelsLast)];
        for (var b = 0; KeepBands && b < 1 << (band.Length - 2); b++)
        {
            outputs.Add(New(band, x, channelsLast));
        }

        return outputs;
    }

    internal override long HalfLength(long length) => OddSizes.BandLength(length, CeilMode);

    /// <summary>How the kernel writes the outputs, or reads their gradients.</summary>
    private BandSink[] Sinks(Addresses addresses, Geometry geometry, List<Tensor?> outputs, Tensor?[] weights, bool channelsLast)
    {
        List<BandSink> sinks = [];
        var first = Bands == 0 ? 0 : 1;
        if (first == 1 && outputs[0] is { } pooled)
        {
            var memory = addresses.Of(pooled, channelsLast);
            if (Reduction == BandReduction.Concat)
            {
                var chosen = Enumerable.Range(0, geometry.Bands).Where(band => (Bands >> band & 1) != 0).ToArray();
                sinks.AddRange(chosen.Select((band, i) => new BandSink(memory, chosen.Length * geometry.Channels, i * geometry.Channels, 1 << band, 0, 1)));
            }
            else
            {
                var scale = Reduction == BandReduction.Mean ? 1.0 / int.PopCount(Bands) : 1;
                sinks.Add(new BandSink(memory, geometry.Channels, 0, Bands, addresses.Of(weights[WeightCount]), scale));
            }
        }

        for (var band = 0; band < outputs.Count - first; band++)
        {
            if (outputs[band + first] is { } own)
            {
                sinks.Add(new BandSink(addresses.Of(own, channelsLast), geometry.Channels, 0, 1 << band, 0, 1));
            }
        }

        return [.. sinks];
    }

    // c_u is made of every step's approximation, c_p of its detail. Those of the last axis are the bands of which the name ends
    // in that letter, and together they need what the penalties of the axes before need.
    private int PenalizedBands(Geometry geometry, List<Tensor?> gradients)
    {
        const int Approximations = 0b01010101;
        var bands = Norm is null ? 0 : (gradients[^2] is null ? 0 : Approximations) | (gradients[^1] is null ? 0 : Approximations << 1);
        return bands & LiftingTransform.AllBands(geometry.Axes);
    }

    /// <summary>Of each step, whether one of these bands needs it along some axis.</summary>
    private static bool[] StepsLeadingTo(Geometry geometry, int bands)
    {
        var lines = geometry.LinesLeadingTo(bands);
        return [.. geometry.Steps.Select((_, k) => Enumerable.Range(0, geometry.Axes).Any(axis => lines[(axis * geometry.Steps.Length) + k] != 0))];
    }

    private static double Value(Tensor? gradient)
    {
        // item() reads memory too.
        using var scope = NewDisposeScope();
        return gradient is null ? 0 : MemoryLayout.Dense(gradient, channelsLast: false).to(ScalarType.Float64).item<double>();
    }
}

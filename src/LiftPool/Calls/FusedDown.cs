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
        var plan = PlanFor(shape, CeilMode);
        var outputs = NewOutputs(x, shape, channelsLast);
        var blocks = plan.Blocks(KernelRunner.Lanes(x.dtype, Bits));
        var sums = Norm is null ? [] : GC.AllocateArray<double>(plan.Batch * blocks * plan.PenaltySums, pinned: true);
        var call = new KernelCall
        {
            Plan = plan,
            Signal = Memory(x, channelsLast),
            Sinks = Sinks(plan, outputs!, weights, channelsLast),
            WantedBands = ComputesAllBands ? LiftingTransform.AllBands(plan.Axes) : Bands,
            PenaltySums = Norm is null ? 0 : Marshal.UnsafeAddrOfPinnedArrayElement(sums, 0),
        };
        Run(KernelTask.Down, call, weights, x.dtype);
        GC.KeepAlive(x);
        GC.KeepAlive(sums);
        return WithPenalties(outputs, x, Norm is { } norm ? [(0, PenaltyNorms.OfBlocks(norm, plan, sums, blocks))] : []);
    }

    internal override List<Tensor> WithPenalties(List<Tensor> outputs, Tensor x, IReadOnlyList<(long Item, PenaltyNorms Norms)> pieces)
    {
        if (Norm is { } norm)
        {
            Norms = PenaltyNorms.OfPieces(norm, PlanFor(x.shape, CeilMode), pieces);
            outputs.Add(tensor(Norms.Total(0), dtype: x.dtype));
            outputs.Add(tensor(Norms.Total(1), dtype: x.dtype));
        }

        return outputs;
    }

    public override List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients)
    {
        var (x, weights) = (inputs[0]!, inputs[1..]);
        var channelsLast = MemoryLayout.IsChannelsLast(x);
        var plan = PlanFor(x.shape, CeilMode);
        var penalized = PenalizedBands(plan, gradients);
        var factors = penalized != 0 ? Norms!.Factors(Value(gradients[^2]), Value(gradients[^1])) : null;
        gradients = Norm is null ? gradients : gradients[..^2];
        List<Tensor?> dense = [.. gradients.Select(gradient => gradient is null ? null : MemoryLayout.Dense(gradient, channelsLast))];
        var sinks = Sinks(plan, dense, weights, channelsLast);
        var wanted = sinks.Aggregate(penalized, (bands, sink) => bands | sink.Bands);
        if (wanted == 0)
        {
            return [.. inputs.Select(_ => (Tensor?)null)];
        }

        var xGradient = New(x.shape, x, channelsLast);
        var weightGradients = NewGradients(weights, plan.StepsLeadingTo(wanted));
        var gain = weights[WeightCount];
        var gainGradient = gain is not null && gain.requires_grad && Bands != 0 && dense[0] is not null ? empty_like(gain) : null;
        var call = new KernelCall
        {
            Plan = plan,
            Signal = Memory(x, channelsLast),
            SinkGradients = sinks,
            WantedBands = penalized != 0 ? LiftingTransform.AllBands(plan.Axes) : wanted,
            SignalGradient = Memory(xGradient, channelsLast),
            WeightGradients = Operators(weightGradients),
            GainGradients = Address(gainGradient),
            Gains = int.PopCount(Bands),
            PenaltyFactors = factors,
        };
        Run(KernelTask.DownGradient, call, weights, x.dtype);
        GC.KeepAlive(x);
        GC.KeepAlive(dense);
        return [xGradient, .. weightGradients, gainGradient];
    }

    public override List<Tensor> Composed(Tensor?[] inputs)
        => WithComposedSteps(
            inputs[1..],
            steps => ComposedDown.Compose(steps, inputs[0]!, inputs[^1], CeilMode, Bands, Reduction, KeepBands, Norm));

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
    private BandSink[] Sinks(KernelPlan plan, List<Tensor?> outputs, Tensor?[] weights, bool channelsLast)
    {
        List<BandSink> sinks = [];
        var first = Bands == 0 ? 0 : 1;
        if (first == 1 && outputs[0] is { } pooled)
        {
            var memory = Memory(pooled, channelsLast);
            if (Reduction == BandReduction.Concat)
            {
                var chosen = Enumerable.Range(0, plan.Bands).Where(band => (Bands >> band & 1) != 0).ToArray();
                sinks.AddRange(chosen.Select((band, i) => new BandSink(memory, chosen.Length * plan.Channels, i * plan.Channels, 1 << band, 0, 1)));
            }
            else
            {
                var scale = Reduction == BandReduction.Mean ? 1.0 / int.PopCount(Bands) : 1;
                sinks.Add(new BandSink(memory, plan.Channels, 0, Bands, Address(weights[WeightCount]), scale));
            }
        }

        for (var band = 0; band < outputs.Count - first; band++)
        {
            if (outputs[band + first] is { } own)
            {
                sinks.Add(new BandSink(Memory(own, channelsLast), plan.Channels, 0, 1 << band, 0, 1));
            }
        }

        return [.. sinks];
    }

    // c_u is made of every step's approximation, c_p of its detail. Those of the last axis are the bands of which the name ends
    // in that letter, and together they need what the penalties of the axes before need.
    private int PenalizedBands(KernelPlan plan, List<Tensor?> gradients)
    {
        const int Approximations = 0b0101;
        var bands = Norm is null ? 0 : (gradients[^2] is null ? 0 : Approximations) | (gradients[^1] is null ? 0 : Approximations << 1);
        return bands & LiftingTransform.AllBands(plan.Axes);
    }

    private static double Value(Tensor? gradient)
    {
        // item() reads memory too.
        using var scope = NewDisposeScope();
        return gradient is null ? 0 : MemoryLayout.Dense(gradient, channelsLast: false).to(ScalarType.Float64).item<double>();
    }
}

using System.Runtime.InteropServices;
using LiftPool.Lifting;

namespace LiftPool.Kernels;

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
    : FusedCall(Steps, Gains, Padding, Bits), IRecomputedCall
{
    // Known after forward: the backward of L2 divides by the samples' norms.
    private PenaltyNorms? norms;

    private bool ComputesAllBands => KeepBands || Norm is not null;

    /// <summary>The output, with <see cref="KeepBands"/> every band, with <see cref="Norm"/> c_u and c_p.</summary>
    /// <param name="inputs">The signal, four weights for each step, the gain of a learned reduction.</param>
    public List<Tensor> Forward(Tensor?[] inputs)
    {
        var (x, weights) = (inputs[0]!, inputs[1..]);
        var channelsLast = MemoryLayout.IsChannelsLast(x);
        var plan = PlanFor(x.shape, CeilMode);
        var outputs = Outputs(plan, x, channelsLast);
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
        if (Norm is { } norm)
        {
            norms = new PenaltyNorms(norm, plan, sums, blocks);
            outputs.Add(tensor(norms.Total(0), dtype: x.dtype));
            outputs.Add(tensor(norms.Total(1), dtype: x.dtype));
        }

        return outputs;
    }

    public List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients)
    {
        var (x, weights) = (inputs[0]!, inputs[1..]);
        var channelsLast = MemoryLayout.IsChannelsLast(x);
        var plan = PlanFor(x.shape, CeilMode);
        var penalized = PenalizedBands(plan, gradients);
        var factors = penalized != 0 ? norms!.Factors(Value(gradients[^2]), Value(gradients[^1])) : null;
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
        var gainShares = Bands != 0 && dense[0] is not null && weights[WeightCount] is { } gain
            ? zeros(plan.Batch, gain.size(0), plan.Channels, dtype: x.dtype)
            : null;
        var call = new KernelCall
        {
            Plan = plan,
            Signal = Memory(x, channelsLast),
            SinkGradients = sinks,
            WantedBands = penalized != 0 ? LiftingTransform.AllBands(plan.Axes) : wanted,
            SignalGradient = Memory(xGradient, channelsLast),
            WeightGradients = Operators(weightGradients),
            GainGradients = Address(gainShares),
            PenaltyFactors = factors,
        };
        Run(KernelTask.DownGradient, call, weights, x.dtype);
        GC.KeepAlive(x);
        GC.KeepAlive(dense);
        return [xGradient, .. weightGradients, gainShares?.sum([0L])];
    }

    public List<Tensor> Composed(Tensor?[] inputs)
        => ComposedDown.Compose(ComposedSteps(inputs[1..]), inputs[0]!, inputs[^1], CeilMode, Bands, Reduction, KeepBands, Norm);

    private List<Tensor> Outputs(KernelPlan plan, Tensor x, bool channelsLast)
    {
        long[] band = plan.Axes == 1 ? [plan.Batch, plan.Channels, plan.Columns] : [plan.Batch, plan.Channels, plan.Units, plan.Columns];
        long[] pooled = [.. band];
        pooled[1] *= Reduction == BandReduction.Concat ? int.PopCount(Bands) : 1;
        var count = KeepBands ? plan.Bands : 0;
        List<Tensor> outputs = Bands == 0 ? [] : [New(pooled, x, channelsLast)];
        outputs.AddRange(Enumerable.Range(0, count).Select(_ => New(band, x, channelsLast)));
        return outputs;
    }

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
        using var value = gradient?.to(ScalarType.Float64);
        return value?.item<double>() ?? 0;
    }
}

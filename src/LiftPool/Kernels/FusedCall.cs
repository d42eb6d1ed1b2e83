using LiftPool.Lifting;

namespace LiftPool.Kernels;

/// <summary>
/// What the fused kernels do with tensors: shapes and memory of one call, forwards and backwards. Nothing here touches
/// autograd; <see cref="RecomputingFunction"/> does.
/// </summary>
/// <param name="Steps">The steps of the scheme; their weights come with each call.</param>
/// <param name="Padding">What stands beyond the ends.</param>
/// <param name="Bits">The vector width; 0 for one channel at a time.</param>
internal abstract record FusedCall(KernelStep[] Steps, PaddingModes Padding, int Bits)
{
    /// <summary>Tensors of weights that a step has: taps, bias, projection, its bias; the biases may be null.</summary>
    protected const int WeightsPerStep = 4;

    protected int WeightCount => Steps.Length * WeightsPerStep;

    /// <summary>The same steps on tensor operations, with these weights.</summary>
    protected LiftingSteps ComposedSteps(Tensor?[] weights)
        => new([.. Steps.Select((step, s) => new LiftingStep(step.Kind, new GivenOperator(weights[(s * WeightsPerStep)..((s + 1) * WeightsPerStep)], Padding)))], 1, 1);

    protected KernelPlan PlanFor(long[] shape, bool ceilMode) => new(
        shape.Length - 2,
        (int)shape[0],
        (int)shape[1],
        shape.Length == 3 ? 1 : (int)shape[2],
        (int)shape[^1],
        ceilMode,
        Padding,
        Steps);

    protected void Run(KernelTask task, KernelCall call, Tensor?[] weights, ScalarType dtype)
    {
        var operators = new OperatorMemory[Steps.Length];
        for (var s = 0; s < operators.Length; s++)
        {
            operators[s] = new(Address(weights[s * WeightsPerStep]), Address(weights[(s * WeightsPerStep) + 1]), Address(weights[(s * WeightsPerStep) + 2]), Address(weights[(s * WeightsPerStep) + 3]));
        }

        if (dtype == ScalarType.Float64)
        {
            KernelRunner.Run<double>(task, call, operators, Bits);
        }
        else
        {
            KernelRunner.Run<float>(task, call, operators, Bits);
        }

        GC.KeepAlive(weights);
    }

    /// <summary>The gradients of the weights, in their order and shapes, from the samples' shares <c>[samples, vectors, channels]</c>.</summary>
    protected IEnumerable<Tensor?> WeightGradients(Tensor shares, Tensor?[] weights)
    {
        var sums = shares.sum([0L]);
        for (var s = 0; s < Steps.Length; s++)
        {
            var (from, taps) = (Steps[s].Offset, Steps[s].Taps);
            Tensor?[] gradients = [sums.narrow(0, from, taps).t(), sums.select(0, from + taps), sums.select(0, from + taps + 1), sums.select(0, from + taps + 2)];
            for (var i = 0; i < WeightsPerStep; i++)
            {
                yield return weights[(s * WeightsPerStep) + i] is { } weight ? gradients[i]!.reshape(weight.shape).contiguous() : null;
            }
        }
    }

    /// <summary>An uninitialised tensor in the layout of the signal.</summary>
    protected static Tensor New(long[] shape, Tensor like, bool channelsLast)
    {
        if (!channelsLast)
        {
            return empty(shape, dtype: like.dtype, device: like.device);
        }

        long[] inMemory = [shape[0], .. shape[2..], shape[1]];
        return MemoryLayout.ChannelsFromEnd(empty(inMemory, dtype: like.dtype, device: like.device));
    }

    /// <summary>The memory of a dense tensor; made dense in that layout first if it is not.</summary>
    protected static TensorMemory Memory(ref Tensor tensor, bool channelsLast)
    {
        tensor = MemoryLayout.Dense(tensor, channelsLast);
        return new TensorMemory(Address(channelsLast ? MemoryLayout.ChannelsToEnd(tensor) : tensor), channelsLast);
    }

    /// <summary>The address of a contiguous tensor's first element; 0 for none. The tensor has to be kept alive.</summary>
    protected static unsafe nint Address(Tensor? tensor)
    {
        if (tensor is null)
        {
            return 0;
        }

        fixed (byte* first = tensor.bytes)
        {
            return (nint)first;
        }
    }
}

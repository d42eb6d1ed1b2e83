using LiftPool.Kernels;
using LiftPool.Lifting;
namespace LiftPool.Calls;

/// <summary>
/// What the fused kernels do with tensors: shapes and memory of one call, forwards and backwards. Nothing here touches
/// autograd; <see cref="RecomputingFunction"/> does.
/// </summary>
/// <param name="Steps">The steps of the scheme; their weights come with each call.</param>
/// <param name="Gains">What the halves of an axis are multiplied with.</param>
/// <param name="Padding">What stands beyond the ends.</param>
/// <param name="Bits">The vector width; 0 for one channel at a time.</param>
internal abstract record FusedCall(KernelStep[] Steps, Gains Gains, PaddingModes Padding, int Bits) : IRecomputedCall
{
    /// <inheritdoc cref="KernelPlan.FirstPadding"/>
    internal PaddingModes FirstPadding { get; init; } = Padding;

    /// <inheritdoc cref="KernelPlan.Counted"/>
    internal (int From, int To) Counted { get; init; } = (0, int.MaxValue);

    /// <summary>Known after forward if penalties are outputs: the backward of L2 divides by the items' norms.</summary>
    internal PenaltyNorms? Norms { get; set; }

    public abstract List<Tensor> Forward(Tensor?[] inputs);

    public abstract List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients);

    public abstract List<Tensor> Composed(Tensor?[] inputs);

    /// <summary>Memory for the outputs, but penalties.</summary>
    internal abstract List<Tensor> NewOutputs(Tensor?[] inputs);

    /// <summary>The outputs, and the penalties if they are outputs too, from the norms of all pieces, each of the items from one on.</summary>
    internal virtual List<Tensor> WithPenalties(List<Tensor> outputs, Tensor x, IReadOnlyList<(long Item, PenaltyNorms Norms)> pieces) => outputs;

    /// <summary>The length of a half of an axis of one of the tensors that the call works on.</summary>
    internal abstract long HalfLength(long length);

    /// <summary>Tensors of weights that a step has: taps, bias, projection, its bias; the biases may be null.</summary>
    protected const int WeightsPerStep = 4;

    private const long MostElementsInBytes = int.MaxValue / sizeof(double);

    protected int WeightCount => Steps.Length * WeightsPerStep;

    /// <summary>What is computed with the same steps on tensor operations, with these weights.</summary>
    protected List<Tensor> WithComposedSteps(Tensor?[] weights, Func<LiftingSteps, List<Tensor>> compute)
    {
        // A module holds native memory, which would wait for the garbage collector.
        GivenOperator[] operators = [.. weights[..WeightCount].Chunk(WeightsPerStep)
            .Zip(Steps, (four, step) => new GivenOperator(four, Padding, step.Rounding != StepRounding.None))];
        try
        {
            var steps = Steps.Zip(operators, (step, op) => new LiftingStep(step.Kind, op, step.Rounding));
            return compute(new LiftingSteps([.. steps], Gains.Approximation, Gains.Detail));
        }
        finally
        {
            Array.ForEach(operators, op => op.Dispose());
        }
    }

    protected KernelPlan PlanFor(long[] shape, bool ceilMode) => new(
        shape.Length - 2,
        (int)shape[0],
        (int)shape[1],
        shape.Length == 3 ? 1 : (int)shape[2],
        (int)shape[^1],
        ceilMode,
        Padding,
        Steps,
        Gains)
    {
        FirstPadding = FirstPadding,
        Counted = Counted,
    };

    protected void Run(KernelTask task, KernelCall call, Tensor?[] weights, ScalarType dtype)
    {
        var operators = Operators(weights);
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

    /// <summary>
    /// Tensors for the gradients of the weights, in their order and shapes; null for those that want none, and for those of
    /// steps that are not needed: LibTorch's own layers give an unused weight no gradient, not zeros.
    /// </summary>
    protected Tensor?[] NewGradients(Tensor?[] weights, bool[] needed)
        => [.. weights.Take(WeightCount).Select((weight, i) =>
            needed[i / WeightsPerStep] && weight is not null && weight.requires_grad ? empty_like(weight) : null)];

    protected OperatorMemory[] Operators(Tensor?[] weights)
    {
        var operators = new OperatorMemory[Steps.Length];
        for (var s = 0; s < operators.Length; s++)
        {
            var own = weights.AsSpan(s * WeightsPerStep, WeightsPerStep);
            operators[s] = new(Address(own[0]), Address(own[1]), Address(own[2]), Address(own[3]));
        }

        return operators;
    }

    /// <summary>An uninitialised tensor in the layout of the signal.</summary>
    protected static Tensor New(long[] shape, Tensor like, bool channelsLast)
    {
        if (!channelsLast)
        {
            return empty(shape, dtype: like.dtype, device: CPU);
        }

        long[] inMemory = [shape[0], .. shape[2..], shape[1]];
        return MemoryLayout.ChannelsFromEnd(empty(inMemory, dtype: like.dtype, device: CPU));
    }

    /// <summary>The memory of a tensor that is dense in that layout. The tensor has to be kept alive.</summary>
    protected static TensorMemory Memory(Tensor dense, bool channelsLast)
        => new(Address(channelsLast ? MemoryLayout.ChannelsToEnd(dense) : dense), channelsLast);

    /// <summary>
    /// The address of a contiguous tensor's first element, whose memory holds its values; 0 for none. The tensor has to be kept alive.
    /// </summary>
    protected static unsafe nint Address(Tensor? tensor)
    {
        if (tensor is null)
        {
            return 0;
        }

        if (tensor.is_neg())
        {
            throw new InvalidOperationException("A tensor with a lazy sign came to a kernel: MemoryLayout.Dense resolves it.");
        }

        // TorchSharp hands out less than 2 GiB at once.
        var beginning = tensor.numel() > MostElementsInBytes ? tensor.view(-1).narrow(0, 0, 1) : tensor;
        fixed (byte* first = beginning.bytes)
        {
            return (nint)first;
        }
    }
}

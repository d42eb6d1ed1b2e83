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
    /// <inheritdoc cref="Geometry.FirstBorder"/>
    internal PaddingModes FirstPadding { get; init; } = Padding;

    /// <inheritdoc cref="Geometry.Counted"/>
    internal (int From, int To) Counted { get; init; } = (0, int.MaxValue);

    /// <summary>Known after forward if penalties are outputs: the backward of L2 divides by the items' norms.</summary>
    internal PenaltyNorms? Norms { get; set; }

    public abstract List<Tensor> Forward(Tensor?[] inputs);

    public List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients)
        => Backward(inputs, gradients, inputs[..^WeightInputs].Any(input => input!.requires_grad));

    /// <summary>The inputs' gradients; those of the tensors that the call works on are left out where nobody wants them.</summary>
    internal abstract List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients, bool wantsSignal);

    /// <summary>The inputs after the tensors that the call works on.</summary>
    protected virtual int WeightInputs => WeightCount;

    public abstract List<Tensor> Composed(Tensor?[] inputs);

    /// <summary>Memory for the outputs, but penalties.</summary>
    internal abstract List<Tensor> NewOutputs(Tensor?[] inputs);

    /// <summary>The outputs, and the penalties if they are outputs too, from the norms of all pieces, each of the items from one on.</summary>
    internal virtual List<Tensor> WithPenalties(List<Tensor> outputs, Tensor x, IReadOnlyList<(long Item, PenaltyNorms Norms)> pieces) => outputs;

    /// <summary>The length of a half of an axis of one of the tensors that the call works on.</summary>
    internal abstract long HalfLength(long length);

    /// <summary>Tensors of weights that a step has: taps, bias, projection, its bias; the biases may be null.</summary>
    protected const int WeightsPerStep = 4;

    protected int WeightCount => Steps.Length * WeightsPerStep;

    /// <summary>What is computed with the same steps on tensor operations, with these weights.</summary>
    protected List<Tensor> WithComposedSteps(Tensor?[] weights, Func<LiftingSteps, List<Tensor>> compute)
    {
        // A module holds native memory, which would wait for the garbage collector.
        var converted = weights[..WeightCount].Select(
            weight => weight is null ? null : NumberTypes.In(NumberTypes.Computing(weight.dtype), weight));
        GivenOperator[] operators = [.. converted.Chunk(WeightsPerStep)
            .Zip(Steps, (four, step) => new GivenOperator(four, Padding, step.Rounding != Rounding.None))];
        try
        {
            var steps = Steps.Zip(
                operators,
                (step, op) => new LiftingStep(step.IsPredict ? StepKind.Predict : StepKind.Update, op, KernelWords.Of(step.Rounding)));
            return compute(new LiftingSteps([.. steps], Gains.Approximation, Gains.Detail));
        }
        finally
        {
            Array.ForEach(operators, op => op.Dispose());
        }
    }

    /// <summary>The geometry of a signal of that shape, <c>[N, C, ...]</c>.</summary>
    protected Geometry GeometryFor(long[] shape, bool ceilMode)
        => new((int)shape[0], (int)shape[1], shape.AsSpan(2), ceilMode, KernelWords.Of(Padding), Steps, Gains.Approximation, Gains.Detail)
        {
            FirstBorder = KernelWords.Of(FirstPadding),
            Counted = Counted,
        };

    protected void Run(KernelCall call) => KernelRunner.Run(call, Bits, get_num_threads());

    protected static StorageType StorageOf(Tensor x) => KernelWords.Of(x.dtype)!.Value;

    /// <summary>
    /// Tensors for the gradients of the weights, in their order and shapes; null for those that want none, and for those of
    /// steps that are not needed: LibTorch's own layers give an unused weight no gradient, not zeros.
    /// </summary>
    protected Tensor?[] NewGradients(Tensor?[] weights, bool[] needed)
        => [.. weights.Take(WeightCount).Select((weight, i) =>
            needed[i / WeightsPerStep] && weight is not null && weight.requires_grad ? empty_like(weight) : null)];

    /// <summary>The memory of the weights, or of their gradients.</summary>
    protected OperatorMemory[] Operators(Addresses addresses, Tensor?[] weights)
    {
        var operators = new OperatorMemory[Steps.Length];
        for (var s = 0; s < operators.Length; s++)
        {
            var own = weights.AsSpan(s * WeightsPerStep, WeightsPerStep);
            operators[s] = new(addresses.Of(own[0]), addresses.Of(own[1]), addresses.Of(own[2]), addresses.Of(own[3]));
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
}

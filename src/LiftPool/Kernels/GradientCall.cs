namespace LiftPool.Kernels;

/// <summary>
/// The gradients of a call as a call of their own, so that they can be differentiated in their turn. Its inputs are those
/// of the call and after them the gradients of the call's outputs; its outputs, the gradients of the inputs that require
/// one.
/// </summary>
/// <remarks>
/// To differentiate the call's composition in place would be wrong where one of its inputs depends on another, as the
/// bands of an up-pool do on the weights that made them: such a weight would be counted twice.
/// </remarks>
internal sealed class GradientCall(IRecomputedCall call, int inputCount) : IRecomputedCall
{
    /// <summary>The gradients of a call's inputs, as part of the graph.</summary>
    internal static List<Tensor?> Apply(IRecomputedCall call, Tensor?[] inputs, List<Tensor?> gradients)
    {
        var found = RecomputingFunction.Apply(new GradientCall(call, inputs.Length), [.. inputs, .. gradients]);
        var next = 0;
        return [.. inputs.Select(input => input is not null && input.requires_grad ? found[next++] : null)];
    }

    public List<Tensor> Forward(Tensor?[] inputs)
        => Compact(inputs, call.Backward(inputs[..inputCount], [.. inputs[inputCount..]]));

    public List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients) => RecomputingFunction.Recompute(this, inputs, gradients);

    public List<Tensor> Composed(Tensor?[] inputs)
    {
        var own = inputs[..inputCount];
        return Compact(inputs, RecomputingFunction.Differentiate(call, [.. inputs[inputCount..]], own, createGraph: true));
    }

    public Tensor?[] Leaves(Tensor?[] inputs)
        => [.. call.Leaves(inputs[..inputCount]), .. inputs[inputCount..].Select(RecomputingFunction.Leaf)];

    // Zero for an input that no output depends on: a custom function cannot give nothing.
    private List<Tensor> Compact(Tensor?[] inputs, List<Tensor?> gradients)
        => [.. inputs.Take(inputCount).Zip(gradients).Where(pair => pair.First is not null && pair.First.requires_grad).Select(pair => pair.Second ?? zeros_like(pair.First!.detach()))];
}

namespace LiftPool.Calls;

/// <summary>
/// The gradients of a call as a call of their own, so that they can be differentiated in their turn. Its inputs are those
/// of the call and after them the gradients of the call's outputs; its outputs, the gradients of the inputs that have one.
/// </summary>
/// <remarks>
/// To differentiate the call's composition in place would be wrong where one of its inputs depends on another, as the
/// bands of an up-pool do on the weights that made them: such a weight would be counted twice.
/// </remarks>
internal sealed class GradientCall(IRecomputedCall call, int inputCount) : IRecomputedCall
{
    // Known after forward: a custom function cannot give nothing, so that its outputs are what there is.
    private bool[] present = [];

    /// <summary>The gradients of a call's inputs, as part of the graph.</summary>
    internal static List<Tensor?> Apply(IRecomputedCall call, Tensor?[] inputs, List<Tensor?> gradients)
    {
        var own = new GradientCall(call, inputs.Length);
        var found = RecomputingFunction.Apply(own, [.. inputs, .. gradients]);
        var next = 0;
        return [.. own.present.Select(isPresent => isPresent ? found[next++] : null)];
    }

    public List<Tensor> Forward(Tensor?[] inputs)
    {
        var gradients = call.Backward(inputs[..inputCount], [.. inputs[inputCount..]]);
        present = [.. inputs.Take(inputCount).Zip(gradients, (input, gradient) => gradient is not null && input!.requires_grad)];
        return [.. gradients.Where((_, i) => present[i]).Select(gradient => gradient!)];
    }

    public List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients) => RecomputingFunction.Recompute(this, inputs, gradients);

    public List<Tensor> Composed(Tensor?[] inputs)
    {
        var gradients = RecomputingFunction.Differentiate(call, [.. inputs[inputCount..]], inputs[..inputCount], createGraph: true);
        return [.. Enumerable.Range(0, inputCount).Where(i => present[i]).Select(i => gradients[i] ?? zeros_like(inputs[i]!.detach()))];
    }

    public Tensor?[] Leaves(Tensor?[] inputs)
        => [.. call.Leaves(inputs[..inputCount]), .. inputs[inputCount..].Select(RecomputingFunction.Leaf)];
}

namespace LiftPool.Calls;

/// <summary>
/// The gradients of a call as a call of their own, so that they can be differentiated in their turn. Its inputs are those
/// of the call and after them the gradients of the call's outputs; its outputs, the gradients of the inputs that have one.
/// </summary>
/// <remarks>
/// To differentiate the call's composition in place would be wrong where one of its inputs depends on another, as the
/// bands of an up-pool do on the weights that made them: such a weight would be counted twice.
/// </remarks>
internal sealed class GradientCall(IRecomputedCall call, bool[] present) : IRecomputedCall
{
    /// <summary>The gradients of a call's inputs, as part of the graph.</summary>
    internal static List<Tensor?> Apply(IRecomputedCall call, Tensor?[] inputs, List<Tensor?> gradients)
    {
        Tensor?[] all = [.. inputs, .. gradients];
        if (!RecomputingFunction.Records(all))
        {
            return call.Backward(inputs, gradients);
        }

        List<Tensor?> found;
        using (no_grad())
        {
            found = call.Backward(inputs, gradients);
        }

        // A custom function cannot give nothing, so its outputs are what there is.
        bool[] present = [.. inputs.Zip(found, (input, gradient) => gradient is not null && input!.requires_grad)];
        List<Tensor> outputs = [.. found.Where((_, i) => present[i]).Select(gradient => gradient!)];
        var attached = RecomputingFunction.Attach(new GradientCall(call, present), all, outputs);
        var next = 0;
        return [.. present.Select(isPresent => isPresent ? attached[next++] : null)];
    }

    public List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients) => RecomputingFunction.Recompute(this, inputs, gradients);

    public List<Tensor> Compose(Tensor?[] inputs)
    {
        var (own, gradients) = Divide(inputs);
        var found = RecomputingFunction.Differentiate(call, [.. gradients], own, createGraph: true);
        return [.. Enumerable.Range(0, own.Length).Where(i => present[i]).Select(i => found[i] ?? zeros_like(own[i]!.detach()))];
    }

    public Tensor?[] Leaves(Tensor?[] inputs)
    {
        var (own, gradients) = Divide(inputs);
        return [.. call.Leaves(own), .. gradients.Select(RecomputingFunction.Leaf)];
    }

    private (Tensor?[] Own, Tensor?[] Gradients) Divide(Tensor?[] inputs) => (inputs[..present.Length], inputs[present.Length..]);
}

using LiftPool.Kernels;

namespace LiftPool.Lifting;

/// <summary>
/// A pool's call on tensor operations, which may be recomputed in backward instead of saved. The inputs are the tensors
/// that it works on and after them the operators' parameters, which the operators know themselves: they are inputs to get
/// gradients.
/// </summary>
internal abstract class ComposedCall(LiftingScheme scheme) : IRecomputedCall
{
    private Parameter[] parameters = [];

    protected LiftingSteps Steps => scheme.Steps;

    /// <summary>The inputs of a call that is to be recomputed.</summary>
    internal Tensor?[] InputsOf(params Tensor?[] tensors)
    {
        parameters = [.. scheme.parameters()];
        return [.. tensors, .. parameters];
    }

    // Without the marks of a view, for which LibTorch would refuse to change an output in place.
    public List<Tensor> Forward(Tensor?[] inputs) => [.. Composed(inputs).Select(output => output.detach())];

    public List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients)
    {
        if (!scheme.parameters().SequenceEqual(parameters, ReferenceEqualityComparer.Instance))
        {
            throw new InvalidOperationException("The operators' parameters are others than in forward.");
        }

        return RecomputingFunction.Recompute(this, inputs, gradients);
    }

    public abstract List<Tensor> Composed(Tensor?[] inputs);

    // The operators use their own parameters, which are leaves already.
    public Tensor?[] Leaves(Tensor?[] inputs)
        => [.. inputs.SkipLast(parameters.Length).Select(RecomputingFunction.Leaf), .. inputs.TakeLast(parameters.Length)];
}

using LiftPool.Lifting;

namespace LiftPool.Calls;

/// <summary>
/// A pool's call on tensor operations, which may be recomputed in backward instead of saved. The inputs are the tensors
/// that it works on and after them the operators' parameters.
/// </summary>
internal abstract class TensorCall(LiftingSteps steps, Func<IEnumerable<Parameter>> parametersOf) : IRecomputedCall
{
    private Parameter[] parameters = [];

    /// <summary>The inputs of a call that is to be recomputed.</summary>
    internal Tensor?[] InputsOf(params Tensor?[] tensors)
    {
        parameters = [.. parametersOf()];
        return [.. tensors, .. parameters];
    }

    // Without the marks of a view, for which LibTorch would refuse to change an output in place.
    public List<Tensor> Forward(Tensor?[] inputs) => [.. Composed(inputs).Select(output => output.detach())];

    public List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients) => RecomputingFunction.Recompute(this, inputs, gradients);

    public List<Tensor> Composed(Tensor?[] inputs)
    {
        var own = inputs.TakeLast(parameters.Length).ToArray();
        if (own.SequenceEqual(parameters, ReferenceEqualityComparer.Instance))
        {
            return Composed(steps, inputs);
        }

        return Composed(steps.With(Given), inputs);

        // A filter's fixed taps are no parameter.
        Tensor Given(Tensor weight)
        {
            var i = Array.FindIndex(parameters, parameter => ReferenceEquals(parameter, weight));
            return i < 0 ? weight : own[i]!;
        }
    }

    protected abstract List<Tensor> Composed(LiftingSteps steps, Tensor?[] inputs);

    /// <summary>
    /// Copies that nobody else knows, of the parameters too. Those of a user's operator, and of one with hooks, are reached by
    /// its forward alone and stay what they are: leaves already.
    /// </summary>
    public Tensor?[] Leaves(Tensor?[] inputs)
    {
        if (!parametersOf().SequenceEqual(parameters, ReferenceEqualityComparer.Instance))
        {
            throw new InvalidOperationException("The operators' parameters are others than in forward.");
        }

        var reached = steps.Operators
            .Where(op => op is not IAlongAxis { RunsAlongAxes: true })
            .SelectMany(op => op.parameters())
            .ToHashSet<Tensor>(ReferenceEqualityComparer.Instance);
        var own = inputs.TakeLast(parameters.Length)
            .Zip(parameters, (saved, parameter) => reached.Contains(parameter) ? parameter : RecomputingFunction.Leaf(saved));
        return [.. inputs.SkipLast(parameters.Length).Select(RecomputingFunction.Leaf), .. own];
    }
}

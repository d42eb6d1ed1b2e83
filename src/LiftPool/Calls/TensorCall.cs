namespace LiftPool.Calls;

/// <summary>A call on tensor operations that is recomputed in backward. Its weights are the operators' parameters.</summary>
internal sealed record TensorCall(PoolRequest Request) : PoolCall(Request)
{
    internal Parameter[] Parameters { get; } = [.. Request.RecomputedParameters!()];

    // Without the marks of a view, for which LibTorch would refuse to change an output in place.
    internal override PoolResult Forward(PoolInputs inputs)
        => Request.ResultOf([.. Request.ListOf(Request.Compose(Request.Steps, inputs)).Select(output => output!.detach())]);

    internal override PoolInputs Backward(PoolInputs inputs, PoolResult gradients, bool wantsSignals)
        => Request.InputsOf([.. RecomputingFunction.Recompute(this, Request.ListOf(inputs), Request.ListOf(gradients))]);

    internal override PoolResult Compose(PoolInputs inputs)
    {
        // A filter's fixed taps are no parameter.
        Tensor? Given(Tensor? weight)
        {
            var i = Array.FindIndex(Parameters, parameter => ReferenceEquals(parameter, weight));
            return i < 0 ? weight : inputs.Weights[i];
        }

        var given = Request.Steps.Steps.Select(step => step.WeightsAlongAxes is { } own ? Array.ConvertAll(own, Given) : null);
        return Request.Compose(Request.Steps.With([.. given]), inputs);
    }

    /// <summary>
    /// Copies that nobody else knows, of the parameters too. Those of a user's operator, and of one with hooks, are reached by
    /// its forward alone and stay what they are: leaves already.
    /// </summary>
    public override Tensor?[] Leaves(Tensor?[] inputs)
    {
        if (!Request.RecomputedParameters!().SequenceEqual(Parameters, ReferenceEqualityComparer.Instance))
        {
            throw new InvalidOperationException("The operators' parameters are others than in forward.");
        }

        var reached = Request.Steps.Steps
            .Where(step => step.WeightsAlongAxes is null)
            .SelectMany(step => step.Operator.parameters())
            .ToHashSet<Tensor>(ReferenceEqualityComparer.Instance);
        var leaves = Request.InputsOf(base.Leaves(inputs));
        var weights = leaves.Weights.Zip(Parameters, (leaf, parameter) => reached.Contains(parameter) ? parameter : leaf);
        return Request.ListOf(leaves with { Weights = [.. weights] });
    }
}

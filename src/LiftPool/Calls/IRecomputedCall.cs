namespace LiftPool.Calls;

/// <summary>A call as autograd sees it: from a list of tensors to another.</summary>
internal interface IRecomputedCall
{
    /// <summary>The inputs' gradients from the outputs', some of which may be undefined.</summary>
    List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients);

    /// <summary>The outputs on tensor operations, for gradients of gradients.</summary>
    List<Tensor> Compose(Tensor?[] inputs);

    /// <summary>The inputs cut off from what they were computed from, to compose the outputs with a graph that ends there.</summary>
    Tensor?[] Leaves(Tensor?[] inputs);
}

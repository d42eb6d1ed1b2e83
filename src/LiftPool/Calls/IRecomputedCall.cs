namespace LiftPool.Calls;

/// <summary>One call of a pool, forwards and backwards, on tensors: first those it works on, then the weights.</summary>
internal interface IRecomputedCall
{
    /// <summary>The outputs, outside autograd.</summary>
    List<Tensor> Forward(Tensor?[] inputs);

    /// <summary>The inputs' gradients from the outputs', some of which may be undefined.</summary>
    List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients);

    /// <summary>The outputs on tensor operations, for gradients of gradients.</summary>
    List<Tensor> Composed(Tensor?[] inputs);

    /// <summary>The inputs cut off from what they were computed from, to compose the outputs with a graph that ends there.</summary>
    Tensor?[] Leaves(Tensor?[] inputs) => Array.ConvertAll(inputs, RecomputingFunction.Leaf);
}

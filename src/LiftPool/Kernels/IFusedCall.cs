namespace LiftPool.Kernels;

/// <summary>One call of a fused kernel, forwards and backwards, on tensors: first those it works on, then the weights.</summary>
internal interface IFusedCall
{
    /// <summary>The outputs, outside autograd.</summary>
    List<Tensor> Forward(Tensor?[] inputs);

    /// <summary>The inputs' gradients from the outputs', some of which may be undefined.</summary>
    List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients);

    /// <summary>The outputs on tensor operations, for gradients of gradients.</summary>
    List<Tensor> Composed(Tensor?[] inputs);
}

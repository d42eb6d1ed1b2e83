namespace LiftPool.Calls;

/// <summary>One call of a pool on one engine, forwards and backwards.</summary>
/// <param name="Request">What is asked for.</param>
internal abstract record PoolCall(PoolRequest Request) : IRecomputedCall
{
    /// <summary>The result, outside autograd.</summary>
    internal abstract PoolResult Forward(PoolInputs inputs);

    /// <summary>The inputs' gradients from the result's. Those of the signals may be left out where nobody wants them.</summary>
    internal abstract PoolInputs Backward(PoolInputs inputs, PoolResult gradients, bool wantsSignals);

    /// <summary>The result on tensor operations, as part of the graph.</summary>
    internal abstract PoolResult Compose(PoolInputs inputs);

    public virtual Tensor?[] Leaves(Tensor?[] inputs) => Array.ConvertAll(inputs, RecomputingFunction.Leaf);

    public List<Tensor> Compose(Tensor?[] inputs) => Request.ListOf(Compose(Request.InputsOf(inputs)))!;

    public List<Tensor?> Backward(Tensor?[] inputs, List<Tensor?> gradients)
    {
        var records = Request.InputsOf(inputs);
        var wantsSignals = Array.Exists(records.Signals, signal => signal!.requires_grad);
        return [.. Request.ListOf(Backward(records, Request.ResultOf(gradients), wantsSignals))];
    }
}

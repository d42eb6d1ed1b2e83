namespace LiftPool.Calls;

/// <summary>
/// The gradients of leaves, as <c>autograd.grad</c> gives them, by way of <c>autograd.backward</c>: of the two only that one's
/// errors can be caught, the other's end the process.
/// </summary>
/// <remarks>
/// Backward leaves them in the leaves' <c>.grad</c>. A parameter is a leaf that others reach too: what its <c>.grad</c> held
/// is kept aside meanwhile, for one call at a time.
/// </remarks>
internal static class LeafGradients
{
    private static readonly Lock OfParameters = new();

    /// <summary>The gradient of each leaf, null for one that no output depends on.</summary>
    /// <param name="outputs">What depends on the leaves; all require a gradient.</param>
    /// <param name="gradients">Theirs.</param>
    /// <param name="leaves">All require a gradient; those that others reach are parameters.</param>
    /// <param name="createGraph">Whether the gradients can be differentiated in their turn.</param>
    internal static Tensor?[] Of(Tensor[] outputs, Tensor[] gradients, Tensor[] leaves, bool createGraph)
    {
        Tensor[] parameters = [.. leaves.OfType<Parameter>()];
        if (parameters.Length == 0)
        {
            return Take(outputs, gradients, leaves, createGraph);
        }

        lock (OfParameters)
        {
            Tensor?[] before = Array.ConvertAll(parameters, parameter => parameter.grad);
            try
            {
                Array.ForEach(parameters, Clear);
                return Take(outputs, gradients, leaves, createGraph);
            }
            finally
            {
                foreach (var (parameter, gradient) in parameters.Zip(before))
                {
                    parameter.grad = gradient;
                    gradient?.Dispose();
                }
            }
        }
    }

    private static Tensor?[] Take(Tensor[] outputs, Tensor[] gradients, Tensor[] leaves, bool createGraph)
    {
        try
        {
            autograd.backward(outputs, gradients, retain_graph: createGraph, create_graph: createGraph, inputs: leaves);
            return Array.ConvertAll(leaves, leaf => leaf.grad);
        }
        finally
        {
            // A gradient with a graph that leads back to its leaf would keep both alive for ever.
            Array.ForEach(leaves, Clear);
        }
    }

    private static void Clear(Tensor leaf) => leaf.grad = null;
}

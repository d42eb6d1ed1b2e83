namespace LiftPool.Tests;

/// <summary>Gradients by autograd, in the one form in which tests want them.</summary>
internal static class Derivative
{
    /// <summary>
    /// The gradient of a scalar, or with the gradient of it given of any tensor, for each variable. One that it does not depend on
    /// gets zeros.
    /// </summary>
    internal static Tensor[] Of(Tensor scalar, IReadOnlyList<Tensor> variables, bool createGraph, Tensor? upstream = null)
    {
        if (!scalar.requires_grad)
        {
            return [.. variables.Select(Zeros)];
        }

        Tensor[]? given = upstream is null ? null : [upstream];
        var gradients = autograd.grad([scalar], [.. variables], given, retain_graph: true, create_graph: createGraph, allow_unused: true);
        return [.. gradients.Zip(variables, (gradient, variable) => IsUndefined(gradient) ? Zeros(variable) : gradient)];
    }

    private static Tensor Zeros(Tensor variable) => zeros_like(variable.detach());

    private static bool IsUndefined(Tensor? gradient) => gradient is null || gradient.IsInvalid || gradient.Handle == IntPtr.Zero;
}

using static TorchSharp.torch.autograd;

namespace LiftPool.Kernels;

/// <summary>
/// A pool's call as an autograd function. It saves its inputs and nothing else: backward recomputes from them.
/// </summary>
/// <remarks>
/// TorchSharp ends the process when a managed exception leaves backward, when the number of gradients is wrong, or when
/// <c>mark_non_differentiable</c> is used; its <c>materialize_grads</c> allocates zeros. Hence: everything is checked
/// before <c>apply</c>; a fault in backward is returned as gradients of a wrong shape, which LibTorch turns into an
/// exception of the caller's; undefined gradients come as invalid tensors.
/// </remarks>
internal sealed class RecomputingFunction : MultiTensorFunction<RecomputingFunction>
{
    private const string CallKey = "call";
    private const string PresentKey = "present";

    /// <summary>What went wrong in a backward on this thread, for the curious: the caller sees LibTorch's words for it.</summary>
    [ThreadStatic]
    internal static Exception? LastFault;

    public override string Name => nameof(RecomputingFunction);

    /// <summary>The outputs of a call, as part of the graph if gradients are wanted.</summary>
    internal static List<Tensor> Apply(IRecomputedCall call, Tensor?[] inputs)
    {
        ReturnedGradients.Release();
        if (!is_grad_enabled() || !inputs.Any(input => input is not null && input.requires_grad))
        {
            return call.Forward(inputs);
        }

        // A throw inside apply, from an operator of the user's, would leak its node.
        List<Tensor> outputs;
        using (no_grad())
        {
            outputs = call.Forward(inputs);
        }

        return apply([.. inputs, call, outputs]);
    }

    public override List<Tensor> forward(AutogradContext ctx, params object[] vars)
    {
        Tensor?[] inputs = [.. vars.Take(vars.Length - 2).Cast<Tensor?>()];
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([.. inputs!]);
        ctx.save_data(CallKey, vars[^2]);
        ctx.save_data(PresentKey, Array.ConvertAll(inputs, input => input is not null));
        return (List<Tensor>)vars[^1];
    }

    public override List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs)
    {
        try
        {
            using var scope = NewDisposeScope();
            using var uncollected = LiftRegularizer.Suspend();
            ReturnedGradients.Release();
            var call = (IRecomputedCall)ctx.get_data(CallKey);
            Tensor?[] inputs = [.. ctx.get_saved_variables()];
            List<Tensor?> outputs = [.. grad_outputs.Select(gradient => gradient is null || gradient.IsInvalid ? null : gradient)];

            // Under create_graph the gradients have to be differentiable themselves.
            var gradients = is_grad_enabled() ? GradientCall.Apply(call, inputs, outputs) : call.Backward(inputs, outputs);

            // Two more for the call and the outputs, which are arguments too.
            return ReturnedGradients.Remember([.. gradients.Select(gradient => gradient?.MoveToOuterDisposeScope()), null, null]);
        }
        catch (Exception error)
        {
            LastFault = error;

            // Nothing may be thrown here; gradients of a wrong shape make LibTorch throw on our behalf.
            var present = (bool[])ctx.get_data(PresentKey);
            return ReturnedGradients.Remember([.. present.Select(isTensor => isTensor ? zeros([]) : null), null, null]);
        }
        finally
        {
            // Handles of their own that nobody else disposes.
            foreach (var gradient in grad_outputs)
            {
                gradient?.Dispose();
            }
        }
    }

    /// <summary>The gradients of a call's inputs from those of its outputs, by way of its composition.</summary>
    internal static List<Tensor?> Recompute(IRecomputedCall call, Tensor?[] inputs, List<Tensor?> gradients)
    {
        using var recorded = enable_grad();
        var leaves = call.Leaves(inputs);
        return Differentiate(call, gradients, leaves, createGraph: false);
    }

    /// <summary>The values of a tensor as the end of a graph.</summary>
    internal static Tensor? Leaf(Tensor? tensor) => tensor?.detach().requires_grad_(tensor.requires_grad);

    /// <summary>The gradients of the inputs that require one, all of them leaves, by way of the call's composition.</summary>
    internal static List<Tensor?> Differentiate(IRecomputedCall call, List<Tensor?> gradients, Tensor?[] inputs, bool createGraph)
    {
        List<Tensor> outputs;
        using (var composition = NewDisposeScope())
        {
            // What autograd did not save is let go before it begins.
            outputs = [.. call.Composed(inputs).Select(output => output.MoveToOuterDisposeScope())];
        }

        var variables = inputs.OfType<Tensor>().Where(input => input.requires_grad).ToArray();

        // An output that depends on none of them, as a band of a frozen scheme, would end the process.
        var wanted = Enumerable.Range(0, outputs.Count).Where(i => gradients[i] is not null && outputs[i].requires_grad).ToArray();
        if (wanted.Length == 0)
        {
            return [.. inputs.Select(_ => (Tensor?)null)];
        }

        var found = grad([.. wanted.Select(i => outputs[i])], variables, [.. wanted.Select(i => gradients[i]!)], retain_graph: createGraph, create_graph: createGraph, allow_unused: true);
        var next = 0;
        return [.. inputs.Select(input => input is not null && input.requires_grad ? Defined(found[next++]) : null)];
    }

    private static Tensor? Defined(Tensor? gradient) => gradient is null || gradient.IsInvalid ? null : gradient;
}

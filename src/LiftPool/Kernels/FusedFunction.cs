using static TorchSharp.torch.autograd;

namespace LiftPool.Kernels;

/// <summary>
/// A fused call as an autograd function. It saves its inputs and nothing else: backward recomputes from them.
/// </summary>
/// <remarks>
/// TorchSharp ends the process when a managed exception leaves backward, when the number of gradients is wrong, or when
/// <c>mark_non_differentiable</c> is used; its <c>materialize_grads</c> allocates zeros. Hence: everything is checked
/// before <c>apply</c>; a fault in backward is returned as gradients of a wrong shape, which LibTorch turns into an
/// exception of the caller's; undefined gradients come as invalid tensors.
/// </remarks>
internal sealed class FusedFunction : MultiTensorFunction<FusedFunction>
{
    private const string CallKey = "call";
    /// <summary>What went wrong in a backward on this thread, for the curious: the caller sees LibTorch's words for it.</summary>
    [ThreadStatic]
    internal static Exception? LastFault;

    private const string PresentKey = "present";

    public override string Name => nameof(FusedFunction);

    /// <summary>The outputs of a call, as part of the graph if gradients are wanted.</summary>
    internal static List<Tensor> Apply(IFusedCall call, Tensor?[] inputs)
    {
        ReturnedGradients.Release();
        if (!is_grad_enabled() || !inputs.Any(input => input is not null && input.requires_grad))
        {
            return call.Forward(inputs);
        }

        return apply([.. inputs, call]);
    }

    public override List<Tensor> forward(AutogradContext ctx, params object[] vars)
    {
        Tensor?[] inputs = [.. vars.Take(vars.Length - 1).Cast<Tensor?>()];
        var call = (IFusedCall)vars[^1];
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([.. inputs!]);
        ctx.save_data(CallKey, call);
        ctx.save_data(PresentKey, Array.ConvertAll(inputs, input => input is not null));
        return call.Forward(inputs);
    }

    public override List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs)
    {
        try
        {
            using var scope = NewDisposeScope();
            ReturnedGradients.Release();
            var call = (IFusedCall)ctx.get_data(CallKey);
            Tensor?[] inputs = [.. ctx.get_saved_variables()];
            List<Tensor?> outputs = [.. grad_outputs.Select(gradient => gradient is null || gradient.IsInvalid ? null : gradient)];

            // Under create_graph the gradients have to be differentiable themselves.
            var gradients = is_grad_enabled() ? DifferentiableGradients(call, inputs, outputs) : call.Backward(inputs, outputs);

            // One more for the call, which is an argument too.
            return ReturnedGradients.Remember([.. gradients.Select(gradient => gradient?.MoveToOuterDisposeScope()), null]);
        }
        catch (Exception error)
        {
            LastFault = error;
            // Nothing may be thrown here; gradients of a wrong shape make LibTorch throw on our behalf.
            var present = (bool[])ctx.get_data(PresentKey);
            return ReturnedGradients.Remember([.. present.Select(isTensor => isTensor ? zeros([]) : null), null]);
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

    private static List<Tensor?> DifferentiableGradients(IFusedCall call, Tensor?[] inputs, List<Tensor?> gradients)
    {
        var outputs = call.Composed(inputs);
        var wanted = Enumerable.Range(0, outputs.Count).Where(i => gradients[i] is not null).ToArray();
        var variables = inputs.OfType<Tensor>().Where(input => input.requires_grad).ToArray();
        var found = grad([.. wanted.Select(i => outputs[i])], variables, [.. wanted.Select(i => gradients[i]!)], retain_graph: true, create_graph: true, allow_unused: true);
        var next = 0;
        return [.. inputs.Select(input => input is not null && input.requires_grad ? found[next++] : null)];
    }
}

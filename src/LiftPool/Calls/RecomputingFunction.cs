using static TorchSharp.torch.autograd;

namespace LiftPool.Calls;

/// <summary>
/// A pool's call as an autograd function. It saves its inputs and nothing else: backward recomputes from them.
/// </summary>
/// <remarks>
/// TorchSharp ends the process when a managed exception leaves backward, when the number of gradients is wrong, or when
/// <c>mark_non_differentiable</c> is used; its <c>materialize_grads</c> allocates zeros. Hence: everything is checked
/// before <c>apply</c>; a fault in backward is returned as gradients of a wrong shape, which LibTorch turns into an
/// exception of the caller's, and kept in <see cref="ThreadFault"/>; undefined gradients come as invalid tensors.
/// </remarks>
internal sealed class RecomputingFunction : MultiTensorFunction<RecomputingFunction>
{
    private const string CallKey = "call";
    private const string PresentKey = "present";

    public override string Name => nameof(RecomputingFunction);

    // Inference mode records nothing, whatever is_grad_enabled() says there.
    private static bool IsRecording => is_grad_enabled() && !is_inference_mode_enabled();

    /// <summary>
    /// Whether what is computed from these tensors becomes part of the graph. It is then to be computed under <c>no_grad</c>, and
    /// <see cref="Attach"/> does the rest.
    /// </summary>
    internal static bool Records(Tensor?[] inputs)
    {
        ReturnedGradients.Release();
        if (!IsRecording || !Array.Exists(inputs, input => input is not null && input.requires_grad))
        {
            return false;
        }

        ThreadFault.Forget();
        return true;
    }

    /// <summary>The outputs as part of the graph. They are computed before: an exception inside <c>apply</c> would leak its node.</summary>
    internal static List<Tensor> Attach(IRecomputedCall call, Tensor?[] inputs, List<Tensor> outputs)
        => outputs.Count == 0 ? outputs : apply([.. inputs, call, outputs]);

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
        var before = ThreadFault.OfThread;
        try
        {
            using var scope = NewDisposeScope();
            using var uncollected = PenaltyScope.Suspend();
            ReturnedGradients.Release();
            var call = (IRecomputedCall)ctx.get_data(CallKey);

            // First of all, for it throws, in LibTorch's words, if one was changed in place since.
            Tensor?[] inputs = [.. ctx.get_saved_variables()];
            List<Tensor?> outputs = [.. grad_outputs.Select(gradient => gradient is null || gradient.IsInvalid ? null : gradient)];

            // Under create_graph the gradients have to be differentiable themselves.
            var gradients = IsRecording ? GradientCall.Apply(call, inputs, outputs) : call.Backward(inputs, outputs);

            // Two more for the call and the outputs, which are arguments too.
            return ReturnedGradients.Remember([.. gradients.Select(gradient => gradient?.MoveToOuterDisposeScope()), null, null]);
        }
        catch (Exception error)
        {
            // Nothing may be thrown here; gradients of a wrong shape make LibTorch throw on our behalf.
            Report(error, before);
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

    private static void Report(Exception error, Exception? before)
    {
        try
        {
            // One in a backward inside this one, of a pool in an operator, is the cause; this error only says so in LibTorch's words.
            if (ThreadFault.OfThread is not { } inner || inner == before)
            {
                ThreadFault.Record(error);
            }
        }
        catch (Exception)
        {
            // A listener's, to which the trace went.
        }
    }

    /// <summary>The gradients of a call's inputs from those of its outputs, by way of its composition.</summary>
    internal static List<Tensor?> Recompute(IRecomputedCall call, Tensor?[] inputs, List<Tensor?> gradients)
    {
        // Inference mode records nothing, not even with enable_grad(). Out of it everything is recorded.
        using var recorded = inference_mode(false);
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
            outputs = [.. call.Compose(inputs).Select(output => output.MoveToOuterDisposeScope())];
        }

        var variables = inputs.OfType<Tensor>().Where(input => input.requires_grad).ToArray();

        // An output that depends on none of them, as a band of a frozen scheme, is not part of a graph.
        var dependent = Enumerable.Range(0, outputs.Count).Where(i => gradients[i] is not null && outputs[i].requires_grad).ToArray();
        if (dependent.Length == 0)
        {
            return [.. inputs.Select(_ => (Tensor?)null)];
        }

        Tensor[] ofDependent = [.. dependent.Select(i => gradients[i]!)];
        var found = LeafGradients.Of([.. dependent.Select(i => outputs[i])], ofDependent, variables, createGraph);
        var next = 0;
        return [.. inputs.Select(input => input is not null && input.requires_grad ? found[next++] : null)];
    }
}

namespace LiftPool.Calls;

/// <summary>
/// The gradients that a custom function's backward returned on this thread. LibTorch holds its own references by the
/// time of the next call, and TorchSharp never disposes these handles: without this, and outside the caller's dispose
/// scope, their memory waits for the garbage collector.
/// </summary>
internal static class ReturnedGradients
{
    [ThreadStatic]
    private static List<Tensor>? previous;

    internal static void Release()
    {
        if (previous is null)
        {
            return;
        }

        foreach (var gradient in previous)
        {
            gradient.Dispose();
        }

        previous.Clear();
    }

    internal static List<Tensor> Remember(List<Tensor?> gradients)
    {
        previous ??= [];
        foreach (var gradient in gradients)
        {
            if (gradient is not null)
            {
                previous.Add(gradient);
            }
        }

        return gradients!;
    }
}

namespace LiftPool.Surgery;

/// <summary>
/// A forward that changes nothing of a model: modules in evaluation mode, no gradients, no penalties, and afterwards modes and buffers as
/// they were, also where it throws.
/// </summary>
internal static class QuietPass
{
    internal static void Run(ModuleNames model, Action forward)
    {
        using var scope = NewDisposeScope();
        var modes = model.Modules.Select(module => (module, module.training)).ToArray();
        var buffers = model.Modules[0].named_buffers().Select(entry => (entry.buffer, copy: entry.buffer.clone())).ToArray();
        try
        {
            model.Modules[0].eval();
            using var noGradients = no_grad();

            // The innermost regularizer collects, and this one's share goes with it.
            using var noPenalties = new LiftRegularizer();
            forward();
        }
        finally
        {
            using var noGradients = no_grad();
            foreach (var (buffer, copy) in buffers)
            {
                // A write, even of the same values, would break a backward that is still to come.
                if (!buffer.IsInvalid && !buffer.Equals(copy))
                {
                    buffer.copy_(copy);
                }
            }

            // From the outside in: a module sets its parts' modes with its own.
            foreach (var (module, training) in modes)
            {
                if (module.training != training)
                {
                    module.train(training);
                }
            }
        }
    }
}

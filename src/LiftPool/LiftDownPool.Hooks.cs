namespace LiftPool;

/// <content>Calls with bands.</content>
public abstract partial class LiftDownPool
{
    /// <summary><see cref="forward_with_bands"/>, with the module's hooks, which run as <c>call</c> runs them.</summary>
    /// <param name="input">As <see cref="forward"/> takes it. What a pre-hook gives takes its place.</param>
    /// <returns>
    /// The output, or what a hook put in its place, and the bands, which no hook sees, in the caller's dispose scope.
    /// </returns>
    /// <exception cref="ArgumentException">As <see cref="forward"/> throws it.</exception>
    public (Tensor output, LiftBands bands) call_with_bands(Tensor input)
    {
        // These are the lines of TorchSharp's call, which is not virtual and knows forward alone. What a hook calls, this pool too, is a
        // call of its own.
        foreach (var hook in module_pre_hooks.Values)
        {
            hook(this);
        }

        foreach (var hook in pre_hooks.Values)
        {
            input = hook(this, input) ?? input;
        }

        var (output, bands) = forward_with_bands(input);
        try
        {
            foreach (var hook in post_hooks.Values)
            {
                output = hook(this, input, output) ?? output;
            }

            foreach (var hook in module_post_hooks.Values)
            {
                hook(this);
            }
        }
        catch
        {
            bands.Dispose();
            throw;
        }

        return (output, bands);
    }
}

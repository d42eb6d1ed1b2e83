namespace LiftPool.Tests;

/// <summary>
/// A hook on one operator of a scheme, which multiplies what goes in or what comes out; <see cref="FuzzReferenceSteps.Hook"/> has the same
/// numbers. Disposing it removes it.
/// </summary>
internal sealed class FuzzHook : IDisposable
{
    // No type rounds what it multiplies with these.
    private static readonly double[] Factors = [2, -1, 0.5, 1];

    private readonly FuzzCase one;
    private readonly Module<Tensor, Tensor>? hooked;
    private readonly Action remove = () => { };

    internal FuzzHook(FuzzCase one, LiftingScheme scheme)
    {
        this.one = one;
        var (step, before, after) = Of(one, scheme);
        if (step < 0)
        {
            return;
        }

        hooked = scheme.steps[step].Operator;
        remove = IsBefore(one)
            ? hooked.register_forward_pre_hook((module, input) => Seen(module, input, input, before)).remove
            : hooked.register_forward_hook((module, input, output) => Seen(module, input, output, after)).remove;
    }

    /// <summary>How often it ran.</summary>
    internal int Calls { get; private set; }

    /// <summary>What it saw that it should not have.</summary>
    internal string? Wrong { get; private set; }

    /// <summary>Which step it is on, none for -1, and the factors of what goes in and what comes out.</summary>
    internal static (int Step, double Before, double After) Of(FuzzCase one, LiftingScheme scheme)
    {
        if (one.Call != FuzzCall.Hooks || scheme.steps.Count == 0)
        {
            return (-1, 1, 1);
        }

        // Integers stay integers by the taps that a lossless scheme has.
        var factor = one.Scheme.Lossless ? 1 : Factors[one.Choice / 8 % Factors.Length];
        var step = one.Choice / 32 % scheme.steps.Count;
        return IsBefore(one) ? (step, factor, 1) : (step, 1, factor);
    }

    public void Dispose() => remove();

    private static bool IsBefore(FuzzCase one) => one.Choice / 4 % 2 == 0;

    // A hook that returns null changes nothing.
    private Tensor Seen(object module, Tensor input, Tensor changed, double factor)
    {
        Calls++;
        if (!ReferenceEquals(module, hooked) || input.dim() != 3 || input.size(1) != one.Pool.Channels || input.dtype != one.Pool.Dtype
            || !input.is_contiguous() || !changed.shape.SequenceEqual(input.shape))
        {
            Wrong = $"a {module} with {input.dtype} [{string.Join(", ", input.shape)}]";
        }

        return factor == 1 ? null! : changed.mul(factor);
    }
}

namespace LiftPool.Tests;

/// <summary>
/// A value that does not fit its type is infinite, which says nothing about what comes after it: the formulas have NaN there, and so in
/// all that depends on it, values and gradients. All else is known, and checked.
/// </summary>
internal static class FuzzKnown
{
    /// <summary>In float64, with NaN for what is not finite.</summary>
    internal static Tensor Of(Tensor found) => Where(found.isfinite(), found.to(ScalarType.Float64));

    /// <summary>NaN elsewhere, and as the gradient there.</summary>
    internal static Tensor Where(Tensor isKnown, Tensor x)
    {
        using var scope = NewDisposeScope();
        var factor = full_like(x.detach(), double.NaN).masked_fill(isKnown, 1);
        return x.mul(factor).MoveToOuterDisposeScope();
    }
}

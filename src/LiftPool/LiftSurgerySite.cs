namespace LiftPool;

/// <summary>A place in a model where a pool stands, and what is known of it: for <see cref="LiftSurgeryOptions.Start"/>.</summary>
public sealed class LiftSurgerySite
{
    internal LiftSurgerySite()
    {
    }

    /// <summary>The module's name in the model, as <c>named_modules</c> has it; of several, with commas.</summary>
    public string Name { get; internal init; } = null!;

    /// <summary>The module that stands there.</summary>
    public Module Module { get; internal init; } = null!;

    /// <summary>The number of spatial axes: 1, 2 or 3.</summary>
    public int Dimensions { get; internal init; }

    /// <summary>
    /// The number of channels that the example brought there; null if it brought different ones, or one axis fewer than a batch of maps
    /// has, <c>[N, F]</c> or <c>[C, L]</c>: the first may then be items or channels.
    /// </summary>
    public long? Channels { get; internal init; }

    /// <summary>Where the example's values were.</summary>
    public Device Device { get; internal init; } = null!;

    /// <summary>Their type.</summary>
    public ScalarType Dtype { get; internal init; }

    /// <summary>The dense maximum with which a lift has the pool's window.</summary>
    public DenseMax DenseMax { get; internal init; }

    /// <summary>The ceil_mode with which a lift has the pool's sizes.</summary>
    public bool CeilMode { get; internal init; }

    /// <summary>The axes that the pool halves.</summary>
    public LiftAxes Axes { get; internal init; }

    /// <summary>
    /// A pool of this place's dimension and settings whose output is the approximation (<c>L</c>, <c>LL</c>, <c>LLL</c>) alone.
    /// </summary>
    /// <param name="scheme">Its steps, which it owns from then on.</param>
    /// <returns>The pool.</returns>
    /// <exception cref="ArgumentException">A pool owns the scheme already, or it is for other channels.</exception>
    public LiftDownPool NewPool(LiftingScheme scheme) => Dimensions switch
    {
        1 => new LiftDownPool1d(scheme, Bands1d.L, ceil_mode: CeilMode, dense_max: DenseMax),
        2 => new LiftDownPool2d(scheme, Bands2d.LL, ceil_mode: CeilMode, dense_max: DenseMax, axes: Axes),
        _ => new LiftDownPool3d(scheme, Bands3d.LLL, ceil_mode: CeilMode, dense_max: DenseMax, axes: Axes),
    };
}

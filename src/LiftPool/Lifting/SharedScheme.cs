namespace LiftPool.Lifting;

/// <summary>
/// Another module's scheme. A module counts, saves, moves and disposes every module it has in a field; a scheme
/// inside this holder, which is no module, is left to its owner.
/// </summary>
internal sealed class SharedScheme(LiftingScheme scheme)
{
    internal LiftingScheme Scheme { get; } = scheme;

    /// <summary>The scheme, unless the module that owns it is gone.</summary>
    internal static LiftingScheme Alive(string layer, LiftingScheme scheme)
        => scheme.IsDisposed
            ? throw new ObjectDisposedException(layer, $"{layer}: the operators were disposed with the module that owns them.")
            : scheme;
}

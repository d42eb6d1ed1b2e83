namespace LiftPool;

/// <summary>
/// Another module's scheme. A module counts, saves, moves and disposes every module it has in a field; a scheme
/// inside this holder, which is no module, is left to its owner.
/// </summary>
internal sealed class SharedScheme(LiftingScheme scheme)
{
    internal LiftingScheme Scheme { get; } = scheme;
}

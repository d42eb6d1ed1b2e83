namespace LiftPool.Tests;

/// <summary>Schemes for tests that know what comes out.</summary>
internal static class HandSchemes
{
    /// <summary>P = U = 0.</summary>
    internal static LiftingScheme Split() => new(new Times(0), new Times(0));

    /// <summary>P = id, U = id / 2: <c>d</c> is the difference of a pair, first less second, and <c>s</c> its mean.</summary>
    internal static LiftingScheme Haar() => new(new Times(1), new Times(0.5));
}

using System.Collections.Concurrent;

namespace LiftPool.Lifting;

/// <summary>
/// Scalars that live for ever. TorchSharp hands the raw handle of a scalar to LibTorch without keeping its owner alive,
/// so an implicit one (<c>x * 3</c>, and the 1 inside <c>a + b</c>) can be collected while it is in use.
/// </summary>
internal static class Scalars
{
    internal static readonly Scalar One = 1.ToScalar();

    internal static readonly Scalar Zero = 0.ToScalar();

    internal static readonly Scalar Half = 0.5.ToScalar();

    // A pool reduces at most the eight bands of three axes.
    private static readonly Scalar[] Counts = [.. Enumerable.Range(0, 9).Select(n => n.ToScalar())];

    private static readonly ConcurrentDictionary<double, Scalar> Numbers = new();

    internal static Scalar Count(int bands) => Counts[bands];

    /// <summary>The Scalar of a constant, a wavelet's gain for instance. Each number keeps one, so a program should have few.</summary>
    internal static Scalar Of(double constant) => Numbers.GetOrAdd(constant, number => number.ToScalar());
}

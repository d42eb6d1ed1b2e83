namespace LiftPool.Tests;

/// <summary>The arguments of a pool of any dimension, for tests that run over all three.</summary>
internal sealed record PoolSettings(int Axes)
{
    internal long Channels { get; init; } = 2;

    internal long KernelSize { get; init; } = 3;

    internal long? Groups { get; init; }

    internal long? ProjGroups { get; init; }

    internal bool Bias { get; init; }

    internal PaddingModes PaddingMode { get; init; } = PaddingModes.Zeros;

    internal bool CeilMode { get; init; }

    internal BandReduction Reduction { get; init; } = BandReduction.Sum;

    /// <summary>The chosen bands as a set of bits, as in the enums.</summary>
    internal int Bands { get; init; } = AnyPool.AllBands(Axes);

    /// <summary>The names of all bands in their order: one letter an axis, L before H.</summary>
    internal static string[] BandNames(int axes)
        => axes == 0 ? [""] : [.. BandNames(axes - 1).SelectMany(name => new[] { name + "L", name + "H" })];

    internal LiftDownPool NewDownPool(ScalarType dtype)
        => AnyPool.Down(Axes, Channels, KernelSize, Bands, Reduction, Groups, ProjGroups, Bias, PaddingMode, CeilMode, dtype: dtype);

    internal LiftUpPool NewUpPool(ScalarType dtype)
        => AnyPool.Up(Axes, Channels, KernelSize, Groups, ProjGroups, Bias, PaddingMode, dtype);

    /// <summary>A pool of one's own scheme, which it owns.</summary>
    internal LiftDownPool NewDownPool(LiftingScheme scheme) => AnyPool.Down(Axes, scheme, Bands, Reduction, Channels, CeilMode);
}

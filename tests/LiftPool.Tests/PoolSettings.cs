using LiftPool.Lifting;

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
    internal int Bands { get; init; } = LiftingTransform.AllBands(Axes);

    /// <summary>The names of all bands in the order of SPEC: one letter an axis, L before H.</summary>
    internal static string[] BandNames(int axes)
        => axes == 0 ? [""] : [.. BandNames(axes - 1).SelectMany(name => new[] { name + "L", name + "H" })];

    /// <summary>The set of bits that the enum gives those names.</summary>
    internal static int BandsCalled(int axes, params string[] names)
        => names.Sum(name => axes switch
        {
            1 => (int)Enum.Parse<Bands1d>(name),
            2 => (int)Enum.Parse<Bands2d>(name),
            _ => (int)Enum.Parse<Bands3d>(name),
        });

    internal LiftDownPool NewDownPool(ScalarType dtype) => Axes switch
    {
        1 => new LiftDownPool1d(
            Channels, KernelSize, (Bands1d)Bands, Reduction, Groups, ProjGroups, Bias, PaddingMode, CeilMode, dtype: dtype),
        2 => new LiftDownPool2d(
            Channels, KernelSize, (Bands2d)Bands, Reduction, Groups, ProjGroups, Bias, PaddingMode, CeilMode, dtype: dtype),
        _ => new LiftDownPool3d(
            Channels, KernelSize, (Bands3d)Bands, Reduction, Groups, ProjGroups, Bias, PaddingMode, CeilMode, dtype: dtype),
    };

    internal LiftUpPool NewUpPool(ScalarType dtype) => Axes switch
    {
        1 => new LiftUpPool1d(Channels, KernelSize, Groups, ProjGroups, Bias, PaddingMode, dtype: dtype),
        2 => new LiftUpPool2d(Channels, KernelSize, Groups, ProjGroups, Bias, PaddingMode, dtype: dtype),
        _ => new LiftUpPool3d(Channels, KernelSize, Groups, ProjGroups, Bias, PaddingMode, dtype: dtype),
    };

    /// <summary>A pool of one's own scheme, which it owns.</summary>
    internal LiftDownPool NewDownPool(LiftingScheme scheme) => Axes switch
    {
        1 => new LiftDownPool1d(scheme, (Bands1d)Bands, Reduction, Channels, CeilMode),
        2 => new LiftDownPool2d(scheme, (Bands2d)Bands, Reduction, Channels, CeilMode),
        _ => new LiftDownPool3d(scheme, (Bands3d)Bands, Reduction, Channels, CeilMode),
    };

    /// <summary>The inverse of a pool, with its operators.</summary>
    internal static LiftUpPool NewUpPool(int axes, LiftDownPool pool) => axes switch
    {
        1 => new LiftUpPool1d(pool),
        2 => new LiftUpPool2d(pool),
        _ => new LiftUpPool3d(pool),
    };
}

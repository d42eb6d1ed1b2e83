namespace LiftPool.Tests;

/// <summary>The three dimensions' pools behind one call, for tests that hold for each; bands as the enums' bit mask.</summary>
internal static class AnyPool
{
    internal static int AllBands(int axes) => (1 << (1 << axes)) - 1;

    internal static LiftDownPool Down(
        int axes,
        long channels,
        long kernel_size = 5,
        int? bands = null,
        BandReduction reduction = BandReduction.Sum,
        long? groups = null,
        long? proj_groups = null,
        bool bias = false,
        PaddingModes padding_mode = PaddingModes.Zeros,
        bool ceil_mode = false,
        Device? device = null,
        ScalarType? dtype = null)
    {
        var mask = bands ?? AllBands(axes);
        return axes switch
        {
            1 => new LiftDownPool1d(channels, kernel_size, (Bands1d)mask, reduction, groups, proj_groups, bias, padding_mode, ceil_mode, device, dtype),
            2 => new LiftDownPool2d(channels, kernel_size, (Bands2d)mask, reduction, groups, proj_groups, bias, padding_mode, ceil_mode, device, dtype),
            _ => new LiftDownPool3d(channels, kernel_size, (Bands3d)mask, reduction, groups, proj_groups, bias, padding_mode, ceil_mode, device, dtype),
        };
    }

    internal static LiftDownPool Down(int axes, LiftingScheme scheme, int? bands = null, BandReduction reduction = BandReduction.Sum, long? channels = null, bool ceil_mode = false)
    {
        var mask = bands ?? AllBands(axes);
        return axes switch
        {
            1 => new LiftDownPool1d(scheme, (Bands1d)mask, reduction, channels, ceil_mode),
            2 => new LiftDownPool2d(scheme, (Bands2d)mask, reduction, channels, ceil_mode),
            _ => new LiftDownPool3d(scheme, (Bands3d)mask, reduction, channels, ceil_mode),
        };
    }

    /// <summary>The tied up-pool.</summary>
    internal static LiftUpPool Up(int axes, LiftDownPool pool) => axes switch
    {
        1 => new LiftUpPool1d(pool),
        2 => new LiftUpPool2d(pool),
        _ => new LiftUpPool3d(pool),
    };

    /// <summary>The MaxPool whose shapes a pool follows.</summary>
    internal static Module<Tensor, Tensor> Max(int axes, bool ceil_mode = false) => axes switch
    {
        1 => MaxPool1d(2, ceil_mode: ceil_mode),
        2 => MaxPool2d(2, ceil_mode: ceil_mode),
        _ => MaxPool3d(2, ceil_mode: ceil_mode),
    };
}

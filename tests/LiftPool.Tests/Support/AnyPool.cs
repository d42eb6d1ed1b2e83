namespace LiftPool.Tests;

/// <summary>The three dimensions' layers behind one call, for tests that hold for each; bands as the enums' bit mask.</summary>
internal static class AnyPool
{
    /// <summary>What may stand beyond the ends.</summary>
    internal static PaddingModes[] Paddings { get; }
        = [PaddingModes.Zeros, PaddingModes.Reflect, PaddingModes.Replicate, PaddingModes.Circular];

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
        ScalarType? dtype = null,
        bool tanh = true,
        DenseMax dense_max = DenseMax.None,
        LiftAxes lifted = LiftAxes.All)
    {
        var mask = bands ?? AllBands(axes);
        return axes switch
        {
            1 => new LiftDownPool1d(channels, kernel_size, (Bands1d)mask, reduction, groups, proj_groups, bias, padding_mode, ceil_mode, tanh, dense_max, device, dtype),
            2 => new LiftDownPool2d(channels, kernel_size, (Bands2d)mask, reduction, groups, proj_groups, bias, padding_mode, ceil_mode, tanh, dense_max, lifted, device, dtype),
            _ => new LiftDownPool3d(channels, kernel_size, (Bands3d)mask, reduction, groups, proj_groups, bias, padding_mode, ceil_mode, tanh, dense_max, lifted, device, dtype),
        };
    }

    internal static LiftDownPool Down(int axes, LiftingScheme scheme, int? bands = null, BandReduction reduction = BandReduction.Sum, long? channels = null, bool ceil_mode = false, DenseMax dense_max = DenseMax.None, LiftAxes lifted = LiftAxes.All)
    {
        var mask = bands ?? AllBands(axes);
        return axes switch
        {
            1 => new LiftDownPool1d(scheme, (Bands1d)mask, reduction, channels, ceil_mode, dense_max),
            2 => new LiftDownPool2d(scheme, (Bands2d)mask, reduction, channels, ceil_mode, dense_max, lifted),
            _ => new LiftDownPool3d(scheme, (Bands3d)mask, reduction, channels, ceil_mode, dense_max, lifted),
        };
    }

    /// <summary>A pool with the operators of another, which stay the other's.</summary>
    internal static LiftDownPool Sharing(int axes, LiftDownPool pool, int? bands = null, BandReduction reduction = BandReduction.Sum, bool ceil_mode = false)
    {
        var mask = bands ?? AllBands(axes);
        return axes switch
        {
            1 => LiftDownPool1d.Sharing(pool, (Bands1d)mask, reduction, ceil_mode),
            2 => LiftDownPool2d.Sharing(pool, (Bands2d)mask, reduction, ceil_mode),
            _ => LiftDownPool3d.Sharing(pool, (Bands3d)mask, reduction, ceil_mode),
        };
    }

    /// <summary>An up-pool with operators of its own.</summary>
    internal static LiftUpPool Up(
        int axes,
        long channels,
        long kernel_size = 5,
        long? groups = null,
        long? proj_groups = null,
        bool bias = false,
        PaddingModes padding_mode = PaddingModes.Zeros,
        ScalarType? dtype = null,
        Device? device = null) => axes switch
        {
            1 => new LiftUpPool1d(channels, kernel_size, groups, proj_groups, bias, padding_mode, device: device, dtype: dtype),
            2 => new LiftUpPool2d(channels, kernel_size, groups, proj_groups, bias, padding_mode, device: device, dtype: dtype),
            _ => new LiftUpPool3d(channels, kernel_size, groups, proj_groups, bias, padding_mode, device: device, dtype: dtype),
        };

    /// <summary>An up-pool with a scheme of one's own.</summary>
    internal static LiftUpPool Up(int axes, LiftingScheme scheme) => axes switch
    {
        1 => new LiftUpPool1d(scheme),
        2 => new LiftUpPool2d(scheme),
        _ => new LiftUpPool3d(scheme),
    };

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

    internal static Module<Tensor, Tensor> Conv(int axes, long input, long output) => axes switch
    {
        1 => Conv1d(input, output, 3, padding: 1),
        2 => Conv2d(input, output, 3, padding: 1),
        _ => Conv3d(input, output, 3, padding: 1),
    };

    /// <summary>The set of bits that the enum gives those names.</summary>
    internal static int BandsCalled(int axes, params string[] names)
        => names.Sum(name => axes switch
        {
            1 => (int)Enum.Parse<Bands1d>(name),
            2 => (int)Enum.Parse<Bands2d>(name),
            _ => (int)Enum.Parse<Bands3d>(name),
        });

    /// <summary>A shape with eight samples on each spatial axis, after what stands before them.</summary>
    internal static long[] Eights(int axes, params long[] before) => [.. before, .. Enumerable.Repeat(8L, axes)];
}

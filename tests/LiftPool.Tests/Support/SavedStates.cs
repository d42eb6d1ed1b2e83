namespace LiftPool.Tests;

/// <summary>
/// The layers whose state dicts were saved once and are loaded ever after, and how a layer's answer to a known input is taken.
/// </summary>
internal static class SavedStates
{
    private const long Channels = 4;

    internal static IReadOnlyList<(string Name, Func<Module> Make, int Axes)> All { get; } =
    [
        ("paper-1d", () => AnyPool.Down(1, Channels, dtype: ScalarType.Float64), 1),
        ("paper-2d", () => AnyPool.Down(2, Channels, dtype: ScalarType.Float64), 2),
        ("paper-3d", () => AnyPool.Down(3, Channels, dtype: ScalarType.Float64), 3),
        ("bias-groups-gain-2d", BiasGroupsGain, 2),
        ("own-operators-1d", () => new LiftDownPool1d(new LiftingScheme(Own(3), Own(1))), 1),
        ("wavelet-learnable-2d", () => new LiftDownPool2d(D4(learnable: true)), 2),
        ("wavelet-fixed-2d", () => new LiftDownPool2d(D4(learnable: false)), 2),
        ("up-2d", () => AnyPool.Up(2, Channels, dtype: ScalarType.Float64), 2),
        ("pyramid-2d", Pyramid, 2),
    ];

    /// <summary>All that the layer gives for the known input, one number after the other.</summary>
    internal static Tensor Values(Module module, int axes)
    {
        using var scope = NewDisposeScope();
        var signal = Known([1, Channels, .. new long[] { 4, 5, 6 }.TakeLast(axes)]);
        IEnumerable<Tensor> parts = module switch
        {
            LiftDownPool pool => [pool.forward(signal)],
            LiftUpPool up => [up.forward(BandsOf(signal))],
            LiftPyramid pyramid => pyramid.forward(signal).Levels.SelectMany(bands => bands.Names.Select(name => bands[name])),
            _ => throw new ArgumentException($"no known input for a {module.GetName()}", nameof(module)),
        };
        return cat([.. parts.Select(part => part.flatten())]).detach().MoveToOuterDisposeScope();
    }

    private static LiftDownPool2d BiasGroupsGain()
    {
        var bands = Bands2d.LL | Bands2d.LH | Bands2d.HL;
        return new(Channels, kernel_size: 3, bands, BandReduction.Learned, groups: 2, proj_groups: 1, bias: true, dtype: ScalarType.Float64);
    }

    private static LiftPyramid Pyramid()
        => new(AnyPool.Down(2, Channels, dtype: ScalarType.Float64), new LiftDownPool2d(D4(learnable: true)));

    private static LiftingScheme D4(bool learnable)
        => LiftingScheme.Wavelet(Wavelet.D4, learnable, learnable ? Channels : null, dtype: ScalarType.Float64);

    private static Module<Tensor, Tensor> Own(long taps)
        => nn.Sequential(
            ("filter", nn.Conv1d(Channels, Channels, taps, padding: taps / 2, dtype: ScalarType.Float64)), ("tanh", nn.Tanh()));

    // Only a pool makes bands: this one's operators have no weights.
    private static LiftBands BandsOf(Tensor signal)
    {
        using var split = new LiftDownPool2d(HandSchemes.Split());
        return split.forward_with_bands(signal).bands;
    }

    private static Tensor Known(long[] shape)
        => arange(shape.Aggregate(1L, (product, length) => product * length), ScalarType.Float64).mul(0.37).sin().reshape(shape);
}

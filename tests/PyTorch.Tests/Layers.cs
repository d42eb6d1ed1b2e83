namespace LiftPool.Tests.PyTorch;

/// <summary>Layers as Python makes them and as C# does, with the same arguments and defaults.</summary>
internal static class Layers
{
    internal static IReadOnlyList<(string Python, Func<ScalarType, LiftDownPool> Make)> All { get; } =
    [
        // The paper's operators: every argument.
        ("LiftDownPool1d(4)", dtype => new LiftDownPool1d(4, dtype: dtype)),
        ("LiftDownPool2d(4)", dtype => new LiftDownPool2d(4, dtype: dtype)),
        ("LiftDownPool3d(4)", dtype => new LiftDownPool3d(4, dtype: dtype)),
        ("LiftDownPool2d(4, 3, 'LH', 'Mean')", dtype => new LiftDownPool2d(4, 3, Bands2d.LH, BandReduction.Mean, dtype: dtype)),
        ("LiftDownPool1d(4, kernel_size=1, bias=True, tanh=False)",
            dtype => new LiftDownPool1d(4, kernel_size: 1, bias: true, tanh: false, dtype: dtype)),
        ("LiftDownPool2d(4, groups=2, proj_groups=1, bias=True)",
            dtype => new LiftDownPool2d(4, groups: 2, proj_groups: 1, bias: true, dtype: dtype)),
        ("LiftDownPool2d(4, padding_mode='reflect', kernel_size=3)",
            dtype => new LiftDownPool2d(4, padding_mode: PaddingModes.Reflect, kernel_size: 3, dtype: dtype)),
        ("LiftDownPool2d(4, padding_mode='replicate', ceil_mode=True)",
            dtype => new LiftDownPool2d(4, padding_mode: PaddingModes.Replicate, ceil_mode: true, dtype: dtype)),
        ("LiftDownPool3d(4, padding_mode='circular', kernel_size=3, tanh=False)",
            dtype => new LiftDownPool3d(4, padding_mode: PaddingModes.Circular, kernel_size: 3, tanh: false, dtype: dtype)),

        // Bands and reductions.
        ("LiftDownPool2d(4, bands=('LL', 'HH'), reduction='Concat')",
            dtype => new LiftDownPool2d(4, bands: Bands2d.LL | Bands2d.HH, reduction: BandReduction.Concat, dtype: dtype)),
        ("LiftDownPool2d(4, bands=('HL', 'LH'), reduction='Learned')",
            dtype => new LiftDownPool2d(4, bands: Bands2d.HL | Bands2d.LH, reduction: BandReduction.Learned, dtype: dtype)),
        ("LiftDownPool2d(4, reduction='Magnitude')", dtype => new LiftDownPool2d(4, reduction: BandReduction.Magnitude, dtype: dtype)),
        ("LiftDownPool2d(4, bands=('LH', 'HL', 'HH'), reduction='LearnedMagnitude')",
            dtype => new LiftDownPool2d(
                4, bands: Bands2d.LH | Bands2d.HL | Bands2d.HH, reduction: BandReduction.LearnedMagnitude, dtype: dtype)),
        ("LiftDownPool3d(4, bands=('LLL', 'HLH'))",
            dtype => new LiftDownPool3d(4, bands: Bands3d.LLL | Bands3d.HLH, dtype: dtype)),
        ("LiftDownPool1d(4, bands='H', reduction='Magnitude')",
            dtype => new LiftDownPool1d(4, bands: Bands1d.H, reduction: BandReduction.Magnitude, dtype: dtype)),

        // Axes.
        ("LiftDownPool2d(4, axes='Width')", dtype => new LiftDownPool2d(4, axes: LiftAxes.Width, dtype: dtype)),
        ("LiftDownPool2d(4, axes='Height', bands='LH', ceil_mode=True)",
            dtype => new LiftDownPool2d(4, axes: LiftAxes.Height, bands: Bands2d.LH, ceil_mode: true, dtype: dtype)),
        ("LiftDownPool3d(4, axes=('Width', 'Depth'), reduction='Concat')",
            dtype => new LiftDownPool3d(4, axes: LiftAxes.Width | LiftAxes.Depth, reduction: BandReduction.Concat, dtype: dtype)),
        ("LiftDownPool3d(4, axes='Depth', bands=('LLL', 'LLH'))",
            dtype => new LiftDownPool3d(4, axes: LiftAxes.Depth, bands: Bands3d.LLL | Bands3d.LLH, dtype: dtype)),

        // The dense maximum.
        ("LiftDownPool2d(4, dense_max='Ahead', reduction='LearnedMagnitude', tanh=False)",
            dtype => new LiftDownPool2d(
                4, dense_max: DenseMax.Ahead, reduction: BandReduction.LearnedMagnitude, tanh: false, dtype: dtype)),
        ("LiftDownPool1d(4, dense_max='Back', ceil_mode=True)",
            dtype => new LiftDownPool1d(4, dense_max: DenseMax.Back, ceil_mode: true, dtype: dtype)),
        ("LiftDownPool3d(4, dense_max='Valid')", dtype => new LiftDownPool3d(4, dense_max: DenseMax.Valid, dtype: dtype)),
        ("LiftDownPool2d(4, dense_max='Back', axes='Width')",
            dtype => new LiftDownPool2d(4, dense_max: DenseMax.Back, axes: LiftAxes.Width, dtype: dtype)),

        // Schemes.
        ("LiftDownPool2d(LiftingScheme.MaxLifting(), bands='LL')",
            dtype => new LiftDownPool2d(LiftingScheme.MaxLifting(dtype: dtype), Bands2d.LL)),
        ("LiftDownPool2d(LiftingScheme.MaxLifting(learnable=True, channels=4, kernel_size=5))",
            dtype => new LiftDownPool2d(LiftingScheme.MaxLifting(learnable: true, channels: 4, kernel_size: 5, dtype: dtype))),
        ("LiftDownPool3d(4, scheme=LiftingScheme.MaxLifting(True, kernel_size=3), dense_max='Valid', reduction='Learned')",
            dtype => new LiftDownPool3d(
                LiftingScheme.MaxLifting(learnable: true, kernel_size: 3, dtype: dtype),
                channels: 4, dense_max: DenseMax.Valid, reduction: BandReduction.Learned)),
        ("LiftDownPool1d(LiftingScheme.Mean(learnable=True, channels=4, kernel_size=3, padding_mode='zeros'))",
            dtype => new LiftDownPool1d(LiftingScheme.Mean(true, 4, 3, PaddingModes.Zeros, dtype: dtype))),
        .. Wavelets(),
        ("LiftDownPool1d(LiftingScheme.Wavelet('D4', learnable=True, channels=4, padding_mode='circular'))",
            dtype => new LiftDownPool1d(LiftingScheme.Wavelet(Wavelet.D4, true, 4, padding_mode: PaddingModes.Circular, dtype: dtype))),
        ("LiftDownPool3d(LiftingScheme.Wavelet('Cdf97', learnable=True), ceil_mode=True)",
            dtype => new LiftDownPool3d(LiftingScheme.Wavelet(Wavelet.Cdf97, learnable: true, dtype: dtype), ceil_mode: true)),
        ("""
            LiftDownPool2d(LiftingScheme(
                steps=[
                    LiftingStep.Update(LiftingOperators.Filter([0.25, 0, -0.25], learnable=True, padding_mode="zeros")),
                    LiftingStep.Predict(LiftingOperators.Learned(4, padding_mode="zeros", tanh=False)),
                    LiftingStep.Predict(LiftingOperators.Rectified([0.5, 1, 0.5], 0.75, True, 4, "zeros")),
                ],
                approximation_gain=1.5,
                detail_gain=-0.5,
            ))
            """,
            dtype => new LiftDownPool2d(new LiftingScheme(
                [
                    LiftingStep.Update(
                        LiftingOperators.Filter([0.25, 0, -0.25], learnable: true, padding_mode: PaddingModes.Zeros, dtype: dtype)),
                    LiftingStep.Predict(LiftingOperators.Learned(4, padding_mode: PaddingModes.Zeros, tanh: false, dtype: dtype)),
                    LiftingStep.Predict(LiftingOperators.Rectified([0.5, 1, 0.5], 0.75, true, 4, PaddingModes.Zeros, dtype: dtype)),
                ],
                approximation_gain: 1.5,
                detail_gain: -0.5))),
    ];

    private static IEnumerable<(string Python, Func<ScalarType, LiftDownPool> Make)> Wavelets()
        => Enum.GetValues<Wavelet>().Select(wavelet => (
            $"LiftDownPool2d(LiftingScheme.Wavelet('{wavelet}'))",
            (Func<ScalarType, LiftDownPool>)(dtype => new LiftDownPool2d(LiftingScheme.Wavelet(wavelet, dtype: dtype)))));
}

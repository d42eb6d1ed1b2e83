using LiftPool;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>
/// What could be better than the paper's form: a dense maximum before the lift, details that enter by their size, starts from which the
/// scheme already pools well, gates, projections.
/// </summary>
internal static class PoolForms
{
    /// <summary>The dense maximum that MaxBlurPool begins with, then the mean of 2 x 2: what a filter, learned or not, adds to it.</summary>
    public const string DenseMean = "dense max, AvgPool2d";

    public const string DenseSum = "dense max, lift";
    public const string DenseMagnitude = "dense max, Magnitude";
    public const string DenseLearned = "dense max, LearnedMagnitude";
    public const string DenseNoTanh = "dense max, lift without tanh";

    /// <summary>What docs/results.md recommends where a network classifies.</summary>
    public const string Recommended = DenseLearned;

    /// <summary>Those whose robustness is measured beside that of the pools there were: the best of any setting, and their twins.</summary>
    public static IReadOnlyList<string> Robust { get; } = [DenseMean, DenseSum, DenseNoTanh, DenseMagnitude, DenseLearned];

    /// <summary>
    /// Pools that no lifting scheme is needed for. The strided convolution has as many weights as the 1 x 1 behind a lift, below.
    /// </summary>
    public static IReadOnlyList<PoolChoice> Rivals { get; } =
    [
        new(DenseMean, _ => new LiftDownPool2d(LiftingScheme.Mean(), Bands2d.LL, dense_max: DenseMax.Ahead)),
        new("strided convolution, norm, ReLU", channels => Sequential(
            Conv2d(channels, channels, kernel_size: 2, stride: 2, bias: false), BatchNorm2d(channels), ReLU())),
    ];

    public static IReadOnlyList<PoolChoice> All { get; } =
    [
        new(DenseSum, channels => new LiftDownPool2d(channels, dense_max: DenseMax.Ahead)),
        new(DenseNoTanh, channels => new LiftDownPool2d(channels, tanh: false, dense_max: DenseMax.Ahead)),
        new("dense max, LL of 5/3", channels => new LiftDownPool2d(Learnable(Wavelet.Cdf53, channels), Bands2d.LL, dense_max: DenseMax.Ahead)),
        new(DenseMagnitude, channels => new LiftDownPool2d(channels, reduction: BandReduction.Magnitude, dense_max: DenseMax.Ahead)),
        new(DenseLearned, channels => new LiftDownPool2d(channels, reduction: BandReduction.LearnedMagnitude, dense_max: DenseMax.Ahead)),
        OfMagnitude("dense max, LearnedMagnitude of 5/3", Wavelet.Cdf53, BandReduction.LearnedMagnitude, DenseMax.Ahead),

        new("Magnitude", channels => new LiftDownPool2d(channels, reduction: BandReduction.Magnitude)),
        new("LearnedMagnitude", channels => new LiftDownPool2d(channels, reduction: BandReduction.LearnedMagnitude)),
        OfMagnitude("Magnitude of Haar", Wavelet.Haar, BandReduction.Magnitude),
        OfMagnitude("LearnedMagnitude of Haar", Wavelet.Haar, BandReduction.LearnedMagnitude),
        OfMagnitude("Magnitude of 5/3", Wavelet.Cdf53, BandReduction.Magnitude),
        OfMagnitude("LearnedMagnitude of 5/3", Wavelet.Cdf53, BandReduction.LearnedMagnitude),

        .. ((int[])[1, 3, 5]).SelectMany(Starts),

        new("gated bands", channels => new GatedPool(channels)),
        new("lift, 1 x 1, norm, ReLU", channels => Projected(new LiftDownPool2d(channels, reduction: BandReduction.Concat), channels)),
        new("Haar, 1 x 1, norm, ReLU", channels => Projected(
            new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Haar), reduction: BandReduction.Concat), channels)),
        new("LL of the mean and learned steps", channels => new LiftDownPool2d(MeanAndMore(channels), Bands2d.LL)),
        new("linear lift", channels => new LiftDownPool2d(LinearScheme(channels))),
        new("lift without tanh", channels => new LiftDownPool2d(channels, tanh: false)),
        new("lift, relative penalties", channels => new RelativePool(channels)) { Penalties = Penalties.OfPools(0.1, 0.1) },
    ];

    // LL begins as MaxPool2d or AvgPool2d and learns filters of so many taps.
    private static IEnumerable<PoolChoice> Starts(int taps) =>
    [
        new($"LL of max-lifting, {Taps(taps)}", channels => new LiftDownPool2d(LiftingScheme.MaxLifting(true, channels, taps), Bands2d.LL)),
        new($"LL of the mean, {Taps(taps)}", channels => new LiftDownPool2d(LiftingScheme.Mean(true, channels, taps), Bands2d.LL)),
    ];

    private static string Taps(int taps) => taps == 1 ? "1 tap" : $"{taps} taps";

    private static PoolChoice OfMagnitude(string name, Wavelet wavelet, BandReduction reduction, DenseMax dense = DenseMax.None)
        => new(name, channels => new LiftDownPool2d(Learnable(wavelet, channels), reduction: reduction, channels: channels, dense_max: dense));

    private static LiftingScheme Learnable(Wavelet wavelet, int channels) => LiftingScheme.Wavelet(wavelet, learnable: true, channels);

    // Haar's two steps with LL the mean of 2 x 2, fixed; then the paper's operators, nothing at first.
    private static LiftingScheme MeanAndMore(int channels) => Experiments.Starts.Nothing(new LiftingScheme(
    [
        LiftingStep.Predict(LiftingOperators.Filter([1], padding_mode: PaddingModes.Zeros)),
        LiftingStep.Update(LiftingOperators.Filter([0.5], padding_mode: PaddingModes.Zeros)),
        LiftingStep.Predict(LiftingOperators.Learned(channels)),
        LiftingStep.Update(LiftingOperators.Learned(channels)),
    ]));

    // One filter an operator and channel, with Conv1d's own first weights: the paper's operators without ReLU, projection and tanh.
    private static LiftingScheme LinearScheme(int channels)
    {
        return Experiments.Starts.Uniform(new LiftingScheme([LiftingStep.Predict(Filter()), LiftingStep.Update(Filter())]), 1 / Math.Sqrt(5));

        Module<Tensor, Tensor> Filter() => LiftingOperators.Filter([0, 0, 0, 0, 0], learnable: true, channels, PaddingModes.Zeros);
    }

    /// <summary>All bands as channels, then a convolution of 1 x 1 back to as many channels as there were, batch normalisation and ReLU.</summary>
    /// <remarks>G. Xu and others, "Haar wavelet downsampling", Pattern Recognition 143, 2023, with Haar.</remarks>
    private static Module<Tensor, Tensor> Projected(LiftDownPool2d pool, int channels) => Sequential(
        pool, Conv2d(4 * channels, channels, kernel_size: 1, bias: false), BatchNorm2d(channels), ReLU());
}

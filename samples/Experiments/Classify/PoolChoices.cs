using LiftPool;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>Every pool that <c>classify</c> trains with, by its name in the tables.</summary>
internal static class PoolChoices
{
    public const string Max = "MaxPool2d";
    public const string Lift = "LiftDownPool2d";
    public const string NoPenalty = "no penalty";

    public static IReadOnlyList<PoolChoice> All { get; } =
    [
        new(Max, _ => MaxPool2d(2)),
        new("AvgPool2d", _ => AvgPool2d(2)),
        new("strided convolution", channels => Conv2d(channels, channels, kernel_size: 2, stride: 2)),
        new("BlurPool", channels => new BlurPool(channels)),
        new("Haar LL", _ => new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Haar), Bands2d.LL)) { LambdaU = 0, LambdaP = 0 },
        new(Lift, channels => new LiftDownPool2d(channels)),

        Changed("LL", channels => new LiftDownPool2d(channels, bands: Bands2d.LL)),
        Changed("LL + LH", channels => new LiftDownPool2d(channels, bands: Bands2d.LL | Bands2d.LH)),
        Changed("LL + HL", channels => new LiftDownPool2d(channels, bands: Bands2d.LL | Bands2d.HL)),
        Changed("LL + HH", channels => new LiftDownPool2d(channels, bands: Bands2d.LL | Bands2d.HH)),

        Changed(NoPenalty, channels => new LiftDownPool2d(channels)) with { LambdaU = 0, LambdaP = 0 },
        Changed("c_u alone", channels => new LiftDownPool2d(channels)) with { LambdaP = 0 },
        Changed("c_p alone", channels => new LiftDownPool2d(channels)) with { LambdaU = 0 },
        Changed("a tenth of the penalties", channels => new LiftDownPool2d(channels)) with { LambdaU = 0.001, LambdaP = 0.01 },
        Changed("c_u towards xe", channels => new LiftedPool(channels, towardsEven: true)),

        Changed("kernel_size 1", channels => new LiftDownPool2d(channels, kernel_size: 1)),
        Changed("kernel_size 3", channels => new LiftDownPool2d(channels, kernel_size: 3)),
        Changed("kernel_size 7", channels => new LiftDownPool2d(channels, kernel_size: 7)),

        Changed("mean", channels => new LiftDownPool2d(channels, reduction: BandReduction.Mean)),
        Changed("learned weights", channels => new LiftDownPool2d(channels, reduction: BandReduction.Learned)),
        Changed("concatenation", channels => new LiftDownPool2d(channels, reduction: BandReduction.Concat)) with { Widening = 4 },

        Changed("proj_groups 1", channels => new LiftDownPool2d(channels, proj_groups: 1)),
        Changed("groups 1, proj_groups 1", channels => new LiftDownPool2d(channels, groups: 1, proj_groups: 1)),
        Changed("bias", channels => new LiftDownPool2d(channels, bias: true)),
        Changed("replicate padding", channels => new LiftDownPool2d(channels, padding_mode: PaddingModes.Replicate)),

        Changed("before the activation", channels => new LiftDownPool2d(channels)) with { BeforeActivation = true },
        Changed("separate operators", channels => new LiftedPool(channels, separate: true)),

        Free("LL", channels => new LiftDownPool2d(channels, bands: Bands2d.LL)),
        Free("P = U = 0 at first", channels => Starts.Nothing(new LiftDownPool2d(channels))),
        Free("small P and U at first", channels => Starts.Little(new LiftDownPool2d(channels))),
        Free("LL, nearly the maximum at first", channels => Starts.Maximum(new LiftDownPool2d(channels, bands: Bands2d.LL))),
        Free("LL of learnable Haar", channels => new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Haar, learnable: true, channels), Bands2d.LL)),
        Free("LL of learnable 5/3", channels => new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf53, learnable: true, channels), Bands2d.LL)),
    ];

    /// <summary>The name of LiftDownPool2d without penalties and with one more thing changed.</summary>
    public static string Free(string what) => Changed($"{NoPenalty}, {what}");

    /// <summary>The name of LiftDownPool2d with one thing changed.</summary>
    public static string Changed(string what) => $"{Lift}, {what}";

    private static PoolChoice Changed(string what, Func<int, Module<Tensor, Tensor>> pool) => new(Changed(what), pool);

    private static PoolChoice Free(string what, Func<int, Module<Tensor, Tensor>> pool) => new(Free(what), pool) { LambdaU = 0, LambdaP = 0 };
}

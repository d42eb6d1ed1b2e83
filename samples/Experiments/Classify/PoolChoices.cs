using LiftPool;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>Every pool that <c>classify</c> trains with, by its name in the tables.</summary>
internal static class PoolChoices
{
    public const string Max = "MaxPool2d";
    public const string Average = "AvgPool2d";
    public const string MaxBlur = "MaxBlurPool";
    public const string Lift = "LiftDownPool2d";

    /// <summary>LiftDownPool2d trained by the task's loss alone.</summary>
    public const string LiftAlone = $"{Lift}, no penalty";

    /// <summary>LiftDownPool2d with LiftRegularizer's own weights.</summary>
    public const string LiftTenth = $"{Lift}, a tenth of the penalties";

    // LiftDownPool2d with one thing changed.
    private static readonly PoolChoice[] Changes =
    [
        new("LL", channels => new LiftDownPool2d(channels, bands: Bands2d.LL)),
        new("LL + LH", channels => new LiftDownPool2d(channels, bands: Bands2d.LL | Bands2d.LH)),
        new("LL + HL", channels => new LiftDownPool2d(channels, bands: Bands2d.LL | Bands2d.HL)),
        new("LL + HH", channels => new LiftDownPool2d(channels, bands: Bands2d.LL | Bands2d.HH)),
        new("kernel_size 1", channels => new LiftDownPool2d(channels, kernel_size: 1)),
        new("kernel_size 3", channels => new LiftDownPool2d(channels, kernel_size: 3)),
        new("kernel_size 7", channels => new LiftDownPool2d(channels, kernel_size: 7)),
        new("mean", channels => new LiftDownPool2d(channels, reduction: BandReduction.Mean)),
        new("learned weights", channels => new LiftDownPool2d(channels, reduction: BandReduction.Learned)),
        new("concatenation", channels => new LiftDownPool2d(channels, reduction: BandReduction.Concat)) { Widening = 4 },
        new("proj_groups 1", channels => new LiftDownPool2d(channels, proj_groups: 1)),
        new("groups 1, proj_groups 1", channels => new LiftDownPool2d(channels, groups: 1, proj_groups: 1)),
        new("bias", channels => new LiftDownPool2d(channels, bias: true)),
        new("replicate padding", channels => new LiftDownPool2d(channels, padding_mode: PaddingModes.Replicate)),
        new("before the activation", channels => new LiftDownPool2d(channels)) { BeforeActivation = true },
        new("separate operators", channels => new LiftedPool(channels, separate: true)),
    ];

    public static IReadOnlyList<PoolChoice> All { get; } =
    [
        new(Max, _ => MaxPool2d(2)),
        new(Average, _ => AvgPool2d(2)),
        new("strided convolution", channels => Conv2d(channels, channels, kernel_size: 2, stride: 2)),
        new(MaxBlur, channels => new MaxBlurPool(channels)),
        new("Haar LL", _ => new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Haar), Bands2d.LL)),
        new(Lift, channels => new LiftDownPool2d(channels)) { Penalties = Penalties.Paper },
        new(LiftAlone, channels => new LiftDownPool2d(channels)),
        .. PoolForms.Rivals,
        .. PoolForms.All,

        .. Changes.Select(change => change with { Name = Changed(change.Name), Penalties = Penalties.Paper }),
        .. Changes.Select(change => change with { Name = Alone(change.Name) }),

        new(Changed("c_u alone"), channels => new LiftDownPool2d(channels)) { Penalties = Penalties.Paper with { LambdaP = 0 } },
        new(Changed("c_p alone"), channels => new LiftDownPool2d(channels)) { Penalties = Penalties.Paper with { LambdaU = 0 } },
        new(LiftTenth, channels => new LiftDownPool2d(channels)) { Penalties = new(0.001, 0.01) },
        new(Changed("L2 norms"), channels => new LiftDownPool2d(channels)) { Penalties = Penalties.Paper with { Norm = PenaltyNorm.L2 } },
        new(Changed("c_u towards xe"), channels => new LiftedPool(channels, towardsEven: true)) { Penalties = Penalties.Paper },

        new(Alone("P = U = 0 at first"), channels => Starts.Nothing(new LiftDownPool2d(channels))),
        new(Alone("small P and U at first"), channels => Starts.Little(new LiftDownPool2d(channels))),
        new(Alone("nearly max-lifting at first"), channels => Starts.Maximum(new LiftDownPool2d(channels))),
        new(Alone("LL, nearly the maximum at first"), channels => Starts.Maximum(new LiftDownPool2d(channels, bands: Bands2d.LL))),
        new(Alone("LL of learnable Haar"), channels => new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Haar, learnable: true, channels), Bands2d.LL)),
        new(Alone("LL of learnable 5/3"), channels => new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf53, learnable: true, channels), Bands2d.LL)),
    ];

    public static PoolChoice Named(string name) => All.Single(one => one.Name == name);

    /// <summary>The name of LiftDownPool2d with one thing changed.</summary>
    public static string Changed(string what) => $"{Lift}, {what}";

    /// <summary>The name of the same without penalties.</summary>
    public static string Alone(string what) => $"{LiftAlone}, {what}";
}

using LiftPool;
using TorchSharp;

namespace Experiments;

/// <summary>A pair of pools by its name in the tables.</summary>
/// <param name="New">Makes one, given its number of channels.</param>
internal sealed record PairChoice(string Name, Func<int, PoolPair> New)
{
    public const string MaxUnpool = "MaxPool2d + MaxUnpool2d";
    public const string Bilinear = "MaxPool2d + bilinear";
    public const string Skip = "MaxPool2d + bilinear + skip";
    public const string MaxBlurWithSkip = "MaxBlurPool + bilinear + skip";
    public const string DenseMaxWithSkip = "dense max, LearnedMagnitude + bilinear + skip";
    public const string Tied = "LiftDownPool2d + LiftUpPool2d, tied";
    public const string TiedWithoutPenalty = $"{Tied}, no penalty";
    public const string TiedWithSkip = $"{TiedWithoutPenalty}, + skip";
    public const string Magnitude = $"{TiedWithoutPenalty}, Magnitude down";
    public const string MagnitudeWithSkip = $"{Magnitude}, + skip";
    public const string Untied = "LiftDownPool2d + LiftUpPool2d, untied";

    /// <summary>What it is trained with besides the task's loss.</summary>
    public Penalties Penalties { get; init; } = Penalties.Paper;

    public static IReadOnlyList<PairChoice> All { get; } =
    [
        new(MaxUnpool, _ => new MaxPair()),
        new(Bilinear, _ => new BilinearPair(torch.nn.MaxPool2d(2), skip: false)),
        new(Skip, _ => new BilinearPair(torch.nn.MaxPool2d(2), skip: true)),
        new(MaxBlurWithSkip, channels => new BilinearPair(new MaxBlurPool(channels), skip: true)),
        new(DenseMaxWithSkip, channels => new BilinearPair(NewDenseMax(channels), skip: true)) { Penalties = Penalties.None },
        new(Tied, channels => LiftPair.Tied(new LiftDownPool2d(channels))),
        new(TiedWithoutPenalty, channels => LiftPair.Tied(new LiftDownPool2d(channels))) { Penalties = Penalties.None },
        new(TiedWithSkip, channels => LiftPair.Tied(new LiftDownPool2d(channels), skip: true)) { Penalties = Penalties.None },
        new(Magnitude, channels => LiftPair.Tied(NewMagnitude(channels))) { Penalties = Penalties.None },
        new(MagnitudeWithSkip, channels => LiftPair.Tied(NewMagnitude(channels), skip: true)) { Penalties = Penalties.None },
        new(Untied, channels => new LiftPair(new LiftDownPool2d(channels), new LiftUpPool2d(channels))),
    ];

    private static LiftDownPool2d NewDenseMax(int channels)
        => new(channels, reduction: BandReduction.LearnedMagnitude, dense_max: DenseMax.Ahead);

    private static LiftDownPool2d NewMagnitude(int channels) => new(channels, reduction: BandReduction.Magnitude);
}

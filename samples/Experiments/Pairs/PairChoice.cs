using LiftPool;

namespace Experiments;

/// <summary>A pair of pools by its name in the tables.</summary>
/// <param name="New">Makes one, given its number of channels.</param>
internal sealed record PairChoice(string Name, Func<int, PoolPair> New)
{
    public const string MaxUnpool = "MaxPool2d + MaxUnpool2d";
    public const string Bilinear = "MaxPool2d + bilinear";
    public const string Skip = "MaxPool2d + bilinear + skip";
    public const string Tied = "LiftDownPool2d + LiftUpPool2d, tied";
    public const string TiedWithoutPenalty = $"{Tied}, no penalty";
    public const string TiedWithSkip = $"{TiedWithoutPenalty}, + skip";
    public const string Magnitude = $"{TiedWithoutPenalty}, Magnitude down";
    public const string Untied = "LiftDownPool2d + LiftUpPool2d, untied";

    /// <summary>What it is trained with besides the task's loss.</summary>
    public Penalties Penalties { get; init; } = Penalties.Paper;

    public static IReadOnlyList<PairChoice> All { get; } =
    [
        new(MaxUnpool, _ => new MaxPair()),
        new(Bilinear, _ => new MaxBilinearPair(skip: false)),
        new(Skip, _ => new MaxBilinearPair(skip: true)),
        new(Tied, channels => LiftPair.Tied(new LiftDownPool2d(channels))),
        new(TiedWithoutPenalty, channels => LiftPair.Tied(new LiftDownPool2d(channels))) { Penalties = Penalties.None },
        new(TiedWithSkip, channels => LiftPair.Tied(new LiftDownPool2d(channels), skip: true)) { Penalties = Penalties.None },
        new(Magnitude, channels => LiftPair.Tied(new LiftDownPool2d(channels, reduction: BandReduction.Magnitude))) { Penalties = Penalties.None },
        new(Untied, channels => new LiftPair(new LiftDownPool2d(channels), new LiftUpPool2d(channels))),
    ];
}

namespace LiftPool.Benchmarks;

/// <summary>A figure that this library wants to reach, and how it is read from what was measured.</summary>
/// <param name="What">The ratio's name.</param>
/// <param name="Large">The limit on planes from 14 x 14 up.</param>
/// <param name="Small">The limit on smaller planes; null for none.</param>
/// <param name="Smallest">The limit on the smallest shape of all; null for none.</param>
/// <param name="Measured">The ratio of one shape; null if it was not measured.</param>
/// <param name="AtLeast">Whether more is better.</param>
internal sealed record Target(
    string What, double? Large, double? Small, double? Smallest, Func<ShapeResult, double?> Measured, bool AtLeast = false)
{
    public static readonly Target Forward = new(
        "forward, against MaxPool", 0.16, 0.30, 3, one => one.ForwardAgainst(PoolKind.Max));

    public static readonly Target Training = new(
        "forward + backward, against MaxPool", 0.45, 0.8, null, one => one.TrainingAgainst(PoolKind.Max));

    /// <summary>A training step of the small VGG against the same with MaxPool2d.</summary>
    public const double NetworkLimit = 1.0;

    public static readonly IReadOnlyList<Target> All =
    [
        Forward,
        new("forward, against AvgPool", 0.5, 0.9, null, one => one.ForwardAgainst(PoolKind.Average)),
        Training,
        new("LiftUpPool forward, against LiftDownPool forward", 1.1, 1.1, null, one => ShapeResult.Ratio(one.Up, UpNames.Up, UpNames.Down)),
        new("channels-last forward, against contiguous forward", 0.9, 0.9, null, one => ShapeResult.Ratio(one.Forward, Contest.ChannelsLast(PoolKind.Lift), Pools.Title(PoolKind.Lift))),
        new("bytes alive between forward and backward, against MaxPool", 0.4, 0.4, null, one => one.AliveAgainstMax),
        new("two threads, as fast as one times", 1.8, null, null, one => get_num_threads() == 2 ? ShapeResult.Ratio(one.Kernels, Contest.OneThread, Contest.Auto) : null, AtLeast: true),
    ];

    public double? Limit(Shape shape) => shape.IsSmallest ? Smallest : shape.IsLarge ? Large : Small;

    /// <summary>The measured ratio, and beside it what part of the limit it uses up: above 1 it is missed.</summary>
    public string Verdict(ShapeResult one) => Limit(one.Shape) is { } limit ? Verdict(Measured(one), limit, AtLeast) : "";

    public static string Verdict(double? measured, double limit, bool atLeast = false)
    {
        if (measured is not { } ratio)
        {
            return "–";
        }

        var excess = atLeast ? limit / ratio : ratio / limit;
        return excess <= 1
            ? FormattableString.Invariant($"**{ratio:0.00}** met, {excess:0.00} x target")
            : FormattableString.Invariant($"{ratio:0.00} missed, {excess:0.00} x target");
    }

    /// <summary>The limits in words.</summary>
    public string Limits
    {
        get
        {
            var limit = FormattableString.Invariant($"{(AtLeast ? "at least" : "at most")} {Large:0.0#}");
            var small = Small is { } other && other != Large ? FormattableString.Invariant($"; below 14x14 {other:0.0#}") : "";
            var smallest = Smallest is { } least ? FormattableString.Invariant($"; {Shape.Smallest} {least:0.0#}") : "";
            return limit + small + smallest;
        }
    }
}

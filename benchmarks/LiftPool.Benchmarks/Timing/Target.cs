namespace LiftPool.Benchmarks;

/// <summary>A figure that this library wants to reach: a ratio of two sides that are measured in turns.</summary>
/// <param name="What">The ratio's name.</param>
/// <param name="Part">Where both sides are.</param>
/// <param name="Side">The side that is looked at.</param>
/// <param name="Against">The side that it is divided by.</param>
/// <param name="Large">The limit on planes from 14 x 14 up.</param>
/// <param name="Small">The limit on smaller planes; null for none.</param>
/// <param name="Smallest">The limit on the smallest shape of all; null for none.</param>
internal sealed record Target(
    string What, Part Part, string Side, string Against, double Large, double? Small = null, double? Smallest = null)
{
    private static readonly string Lift = Pools.Title(PoolKind.Lift);
    private static readonly string Max = Pools.Title(PoolKind.Max);
    private static readonly string Average = Pools.Title(PoolKind.Average);
    private static readonly string ChannelsLast = Contest.ChannelsLast(PoolKind.Lift);

    public static readonly Target Forward = new("forward, against MaxPool", Part.Forward, Lift, Max, 0.16, 0.30, 3);

    public static readonly Target Training = new("forward + backward, against MaxPool", Part.Training, Lift, Max, 0.45, 0.8);

    /// <summary>A training step of the small VGG against the same with MaxPool.</summary>
    public static readonly Target Network = new("training step, against MaxPool", Part.Network, Lift, Max, 1.0);

    /// <summary>What every shape of <see cref="Shape.All"/> is held to.</summary>
    public static readonly IReadOnlyList<Target> All =
    [
        Forward,
        new("forward, against AvgPool", Part.Forward, Lift, Average, 0.5, 0.9),
        Training,
        new("LiftUpPool forward, against LiftDownPool forward", Part.Up, UpNames.Up, UpNames.Down, 1.1, 1.1),
        new("channels-last forward, against contiguous forward", Part.Forward, ChannelsLast, Lift, 0.9, 0.9),
        new("bytes alive between forward and backward, against MaxPool", Part.Alive, Lift, Max, 0.4, 0.4),
        new("two threads, as fast as one times", Part.Kernels, Contest.OneThread, Contest.Auto, 1.8) { AtLeast = true },
    ];

    /// <summary>What some shapes are held to beyond that.</summary>
    public static readonly IReadOnlyList<Target> More =
    [
        On(Shape.Volumes, "LiftDownPool3d forward, against MaxPool3d", Part.Forward, Lift, Max, 0.3),
        On(Shape.Volumes, "LiftDownPool3d forward + backward, against MaxPool3d", Part.Training, Lift, Max, 0.8),
        On(Shape.Volumes, "LiftUpPool3d forward, against LiftDownPool3d forward", Part.Up, UpNames.Up, UpNames.Down, 1.3),
        On(Shape.Volumes, "LiftDownPool3d bytes alive between forward and backward, against MaxPool3d", Part.Alive, Lift, Max, 0.4),
        On(Shape.Halves, "half type forward, against MaxPool2d of the same type", Part.Forward, Lift, Max, 0.25),
        On(Shape.Halves, "half type forward + backward, against MaxPool2d of the same type", Part.Training, Lift, Max, 0.7),
        On(Shape.Halves, "half type bytes alive between forward and backward, against MaxPool2d's", Part.Alive, Lift, Max, 0.4),
        On([Shape.Odd], "LiftDownPool2d forward + backward, against MaxPool2d", Part.Training, Lift, Max, 1.0),
        On([Shape.Odd], "LiftUpPool2d forward, against LiftDownPool2d forward", Part.Up, UpNames.Up, UpNames.Down, 1.3),
        On([Shape.First], "backward with frozen weights, against learning ones", Part.Backward, Contest.Frozen, Contest.Learning, 0.75),
        On([Shape.First], "max-lifting's LL forward, against MaxPool2d", Part.SchemesForward, SchemePools.MaxLifting, Max, 0.08),
        On([Shape.First], "dense maximum forward, against MaxPool2d", Part.SchemesForward, SchemePools.Dense, Max, 0.28),
        On([Shape.First], "dense maximum forward + backward, against MaxPool2d", Part.SchemesTraining, SchemePools.Dense, Max, 0.85),
        On(
            [Shape.First], "dense maximum, max-lifting's LL forward, against MaxPool2d",
            Part.SchemesForward, SchemePools.DenseMaxLifting, Max, 0.12),
        On([Shape.First], "the mean's LL forward, against AvgPool2d", Part.SchemesForward, SchemePools.Mean, Average, 0.5),
        On([TrainingStep.Volumes], "training step of a volumetric VGG, against the same with MaxPool3d", Part.Network, Lift, Max, 1.0),
    ];

    /// <summary>The inputs that it is measured on.</summary>
    public IReadOnlyList<Shape> Shapes { get; init; } = Shape.All;

    /// <summary>Whether more is better.</summary>
    public bool AtLeast { get; init; }

    public double? Limit(Shape shape) => shape.IsSmallest ? Smallest : shape.IsLarge ? Large : Small;

    /// <summary>The ratio; null if one of the two was not measured, or there are other threads than the two that are asked for.</summary>
    public double? Ratio(Dictionary<string, double> measured)
        => Part == Part.Kernels && get_num_threads() != 2 ? null : ShapeResult.Ratio(measured, Side, Against);

    public double? Ratio(ShapeResult one) => Ratio(one.Of(Part));

    /// <summary>The measured ratio, and beside it what part of the limit it uses up: above 1 it is missed.</summary>
    public string Verdict(ShapeResult one) => Limit(one.Shape) is { } limit ? Verdict(Ratio(one), limit, AtLeast) : "";

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

    /// <summary>One limit in words.</summary>
    public string LimitOn(Shape shape) => FormattableString.Invariant($"{Bound} {Limit(shape):0.0#}");

    /// <summary>The limits in words.</summary>
    public string Limits
    {
        get
        {
            var limit = FormattableString.Invariant($"{Bound} {Large:0.0#}");
            var small = Small is { } other && other != Large ? FormattableString.Invariant($"; below 14x14 {other:0.0#}") : "";
            var smallest = Smallest is { } least ? FormattableString.Invariant($"; {Shape.Smallest} {least:0.0#}") : "";
            return limit + small + smallest;
        }
    }

    private string Bound => AtLeast ? "at least" : "at most";

    private static Target On(IReadOnlyList<Shape> shapes, string what, Part part, string side, string against, double limit)
        => new(what, part, side, against, limit, limit, limit) { Shapes = shapes };
}

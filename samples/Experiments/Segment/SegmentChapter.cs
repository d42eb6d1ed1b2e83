namespace Experiments;

/// <summary>What <c>segment</c> asks, and what the report says of it.</summary>
internal static class SegmentChapter
{
    private const string Reference = PairChoice.MaxUnpool;

    private static readonly Metric Test = Metric.Percent("test mIoU");
    private static readonly Metric Boundary = Metric.Percent("test boundary mIoU");

    private static readonly string[] Pairs = [.. PairChoice.All.Select(one => one.Name)];

    public static Defaults Defaults { get; } = new(
        "fashion-mnist",
        "Fashion-MNIST's four IDX files",
        "scenes",
        new Size(Train: 2000, Validation: 200, Test: 400, Epochs: 8),
        new Size(Train: 80, Validation: 16, Test: 16, Epochs: 1),
        Pairs,
        [Reference, PairChoice.Tied]);

    public static Chapter New() => new(
        "segment",
        "Segmentation",
        [
            new(
                "Label maps",
                Reference,
                Pairs[1..],
                [Test, Boundary, Metric.Percent("test pixel accuracy"), Metric.Percent("validation mIoU"), new("parameters", Format: "0")]),
            new("Label maps at boundaries", Reference, Pairs[1..], [Boundary]),
            new("Tied or untied, with or without penalties, or a skip connection", PairChoice.Tied, [PairChoice.Untied, PairChoice.TiedWithoutPenalty, PairChoice.Skip], [Metric.Percent("validation mIoU"), Metric.Percent("validation boundary mIoU")]),
        ],
        [
            new("LiftUpPool beats MaxUnpool", PairChoice.Tied, Reference, Test),
            new("LiftUpPool beats MaxUnpool: without penalties", PairChoice.TiedWithoutPenalty, Reference, Test),
            new("LiftUpPool beats MaxUnpool at boundaries", PairChoice.Tied, Reference, Boundary),
            new("LiftUpPool beats MaxUnpool at boundaries: without penalties", PairChoice.TiedWithoutPenalty, Reference, Boundary),
        ])
    {
        Pictures = Draw,
    };

    private static List<(string Title, string File)> Draw(string output, Measurements measurements, IReadOnlyList<CurvePoint> curves)
    {
        var bars = Path.Combine(output, "segment-miou.png");
        var learning = Path.Combine(output, "segment-curves.png");
        var maps = Path.Combine(output, "segment-maps.png");
        Charts.Differences(bars, "Segmentation, by pair of pools", new("", Reference, Pairs[1..], [Test]), measurements);
        Charts.Curves(learning, "Training curves", Metric.Percent("validation mIoU"), Pairs, curves);
        List<(string, string)> drawn = [("mIoU by pair", bars), ("Training curves", learning)];
        if (SegmentPicture.Draw(maps, output, measurements.Settings, Pairs, seed: 1))
        {
            drawn.Add(("Label maps of the first test scenes", maps));
        }

        return drawn;
    }
}

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
        [Reference, PairChoice.Tied])
    {
        Depth = ("Levels of pooling less one", SegNet.MostLevels - 1),
        UsualVariants = [Reference, PairChoice.Bilinear, PairChoice.Skip, PairChoice.TiedWithoutPenalty, PairChoice.TiedWithSkip],
    };

    /// <summary>The metric of a class's IoU on the validation scenes.</summary>
    public static string IoU(string garment) => $"IoU: {garment}";

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
            new(
                "How well the training scenes are learned, and each class",
                PairChoice.Skip,
                [.. Pairs.Where(one => one != PairChoice.Skip)],
                [Metric.Percent("validation mIoU"), Metric.Percent("training mIoU"), .. Scenes.Names.Select(name => Metric.Percent(IoU(name)))]),
            new(
                "Against a skip connection",
                PairChoice.Skip,
                [
                    PairChoice.DenseMaxWithSkip, PairChoice.MaxBlurWithSkip, PairChoice.TiedWithSkip, PairChoice.TiedWithoutPenalty,
                    PairChoice.Magnitude, PairChoice.MagnitudeWithSkip, Reference, PairChoice.Bilinear,
                ],
                [Metric.Percent("validation mIoU"), Test, Metric.Percent("validation boundary mIoU")]),
            new(
                "Against MaxBlurPool and a skip connection",
                PairChoice.MaxBlurWithSkip,
                [PairChoice.DenseMaxWithSkip],
                [Metric.Percent("validation mIoU"), Test, Metric.Percent("validation boundary mIoU")]),
            new(
                "Tied or untied, with or without penalties, or a skip connection",
                PairChoice.Tied,
                [PairChoice.Untied, PairChoice.TiedWithoutPenalty, PairChoice.Skip],
                [Metric.Percent("validation mIoU"), Metric.Percent("validation boundary mIoU")]),
        ],
        [
            new("LiftUpPool beats MaxUnpool", PairChoice.Tied, Reference, Test),
            new("LiftUpPool beats MaxUnpool: without penalties", PairChoice.TiedWithoutPenalty, Reference, Test),
            new("LiftUpPool beats MaxUnpool at boundaries", PairChoice.Tied, Reference, Boundary),
            new("LiftUpPool beats MaxUnpool at boundaries: without penalties", PairChoice.TiedWithoutPenalty, Reference, Boundary),
            new("The penalties help", PairChoice.Tied, PairChoice.TiedWithoutPenalty, Test),
            new("LiftUpPool beats a skip connection", PairChoice.Tied, PairChoice.Skip, Test, IsOurs: true),
            new("LiftUpPool beats a skip connection: without penalties", PairChoice.TiedWithoutPenalty, PairChoice.Skip, Test, IsOurs: true),
            new("LiftUpPool plus a skip connection beats a skip connection alone", PairChoice.TiedWithSkip, PairChoice.Skip, Test, IsOurs: true),
            BestBeats("MaxPool2d", PairChoice.Skip),
            BestBeats("MaxBlurPool", PairChoice.MaxBlurWithSkip),
        ])
    {
        Pictures = Draw,
    };

    private static Claim BestBeats(string pool, string pair) => new(
        $"a dense maximum and LearnedMagnitude beat {pool} beside a skip connection (added after a look at validation)",
        PairChoice.DenseMaxWithSkip,
        pair,
        Test,
        IsOurs: true);

    private static IReadOnlyList<(string Title, string File)> Draw(Drawing drawing) => drawing
        .AddBars("Segmentation, by pair of pools", "segment-miou.png", Reference, Pairs[1..], Test)
        .AddBars("Segmentation at boundaries, by pair of pools", "segment-boundaries.png", Reference, Pairs[1..], Boundary)
        .AddCurves("segment-curves.png", Metric.Percent("validation mIoU"), Pairs)
        .Add("Label maps of the first test scenes", "segment-maps.png", file => SegmentPicture.Draw(file, drawing.Output, drawing.Measurements.Settings, Pairs, seed: 1))
        .Drawn;
}

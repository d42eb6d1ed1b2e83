namespace Experiments;

/// <summary>What <c>classify</c> asks, and what the report says of it.</summary>
internal static class ClassifyChapter
{
    private const string Lift = "LiftDownPool2d";
    private const string Max = "MaxPool2d";

    private static readonly Metric Test = Metric.Percent("test accuracy");
    private static readonly Metric Validation = Metric.Percent("validation accuracy");
    private static readonly Metric Parameters = new("parameters", Format: "0");

    private static readonly string[] Pools = ["AvgPool2d", "strided convolution", "BlurPool", "Haar LL", Lift];

    public static Defaults Defaults { get; } = new(
        "fashion-mnist",
        "Fashion-MNIST's four IDX files or the binary files of CIFAR-10 or CIFAR-100",
        "images",
        new Size(Train: 10000, Validation: 10000, Test: 10000, Epochs: 8),
        new Size(Train: 1000, Validation: 500, Test: 500, Epochs: 1),
        [.. PoolChoices.All.Select(one => one.Name)],
        ["sum pen/10"]);

    public static Chapter New() => new("classify", "Classification", Questions(), Claims())
    {
        Pictures = Draw,
    };

    private static Question[] Questions() => [];

    private static Claim[] Claims() => [];

    private static List<(string Title, string File)> Draw(string output, Measurements measurements, IReadOnlyList<CurvePoint> curves) => [];
}

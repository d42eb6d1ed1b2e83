using static TorchSharp.torch;

namespace Experiments;

/// <summary>What <c>robustness</c> asks, and what the report says of it.</summary>
internal static class RobustnessChapter
{
    private const string Max = PoolChoices.Max;
    private const string Lift = PoolChoices.Lift;
    private const string LiftAlone = PoolChoices.LiftAlone;
    private const string Images = "robustness-images.png";

    private static readonly Metric CorruptionError = Ratio(RobustnessRatios.MeanCorruptionError);
    private static readonly Metric RelativeCorruptionError = Ratio(RobustnessRatios.RelativeMeanCorruptionError);
    private static readonly Metric FlipRate = Ratio(RobustnessRatios.MeanFlipRate);

    private static readonly Metric Consistency = Metric.Percent(RobustnessMetrics.ShiftConsistency);

    private static readonly string[] Others = [.. ClassifyChapter.Pools.Where(pool => pool != Max), .. PoolForms.Robust];

    /// <summary>As <c>classify</c>, whose networks it takes.</summary>
    public static Defaults Defaults => ClassifyChapter.Defaults;

    public static Chapter New() => new(
        "robustness",
        "Robustness",
        [
            new("Errors under corruptions, MaxPool2d = 100", Max, Others, [CorruptionError, RelativeCorruptionError, FlipRate]),
            new("Shift consistency", Max, Others, [Consistency]),
            new("Changes of mind under shifts and other small steps, MaxPool2d = 100", Max, Others, [FlipRate, .. Perturbations.All.Select(one => Ratio(RobustnessRatios.FlipRate(one.Name)))]),
            new("Corruption by corruption, MaxPool2d = 100", Max, Others, [.. Corruptions.All.Select(one => Ratio(RobustnessRatios.CorruptionError(one.Name)))]),
        ],
        [
            new("Lift is more robust to corruptions than max pooling", Lift, Max, CorruptionError),
            new("Lift is more robust to corruptions than max pooling: without penalties", LiftAlone, Max, CorruptionError),
            new("Lift is more robust to shifts and other small steps than max pooling", Lift, Max, FlipRate),
            new("Lift is more robust to shifts and other small steps than max pooling: without penalties", LiftAlone, Max, FlipRate),
        ])
    {
        Derived = RobustnessSummary.Of,
        Pictures = Draw,
    };

    /// <summary>Draws the first test image under every corruption, for the report.</summary>
    public static void DrawImages(Settings settings)
    {
        using var scope = NewDisposeScope();
        var folder = RunFiles.Pictures(settings.Output, settings.Key);
        Directory.CreateDirectory(folder);
        CorruptionPicture.Draw(Path.Combine(folder, Images), ImageData.Load(settings, seed: 1).Test.Images);
    }

    private static Metric Ratio(string name) => new(name, Format: "0.0") { LowerIsBetter = true };

    private static IReadOnlyList<(string Title, string File)> Draw(Drawing drawing) => drawing
        .AddBars("Mean corruption error, against MaxPool2d's 100", "robustness-corruptions.png", Max, Others, CorruptionError)
        .AddBars("Mean flip rate, against MaxPool2d's 100", "robustness-flips.png", Max, Others, FlipRate)
        .Add("The corruptions at their five severities", Images, File.Exists)
        .Drawn;
}

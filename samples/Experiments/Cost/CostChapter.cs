namespace Experiments;

/// <summary>What <c>cost</c> asks, and what the report says of it.</summary>
internal static class CostChapter
{
    private const string Max = PoolChoices.Max;

    private static readonly Metric Step = new(CostRun.Step) { LowerIsBetter = true };
    private static readonly Metric Prediction = new(CostRun.Prediction) { LowerIsBetter = true };

    /// <summary>As many training images as a batch has; an epoch is a round.</summary>
    public static Defaults Defaults { get; } = ClassifyChapter.Defaults with
    {
        Size = new Size(Train: 100, Validation: 1, Test: 1, Epochs: 40),
        QuickSize = new Size(Train: 20, Validation: 1, Test: 1, Epochs: 1),
    };

    public static Chapter New() => new(
        "cost",
        "Cost in time",
        [new("A step of the classifier's training, and a prediction, MaxPool2d = 1", Max, [.. PoolChoices.All.Select(one => one.Name).Where(name => name != Max)], [Step, Prediction])],
        []);
}

namespace Experiments;

/// <summary>What <c>restore</c> asks, and what the report says of it.</summary>
internal static class RestoreChapter
{
    private static readonly Metric Test = new("test PSNR", Unit: "dB");
    private static readonly Metric Similarity = new("test SSIM", Format: "0.0000");

    private static readonly string[] UsualPairs =
        [PairChoice.MaxUnpool, PairChoice.Bilinear, PairChoice.Skip, PairChoice.TiedWithoutPenalty, PairChoice.TiedWithSkip];

    public static Defaults Defaults { get; } = new(
        "photos",
        "photographs, PNG or JPEG",
        "crops",
        // All crops that the test photographs in the repository have.
        new Size(Train: 1200, Validation: 64, Test: 178, Epochs: 8),
        new Size(Train: 48, Validation: 8, Test: 8, Epochs: 1),
        RestoreRun.Variants,
        RestoreRun.Variants)
    {
        UsualVariants = [.. Degradation.All.SelectMany(task => UsualPairs.Select(pair => Variant(task, pair)))],
    };

    public static Chapter New() => new(
        "restore",
        "Restoration",
        [.. Degradation.All.Select(task => new Question(
            Title(task), Variant(task, PairChoice.MaxUnpool), Others(task), [Test, Similarity, new("validation PSNR", Unit: "dB"), new("input PSNR", Unit: "dB")]))],
        [.. Degradation.All.SelectMany(task => (Claim[])
        [
            new($"LiftUpPool beats MaxUnpool, {task.Name}", Variant(task, PairChoice.Tied), Variant(task, PairChoice.MaxUnpool), Test, IsOurs: true),
            new($"The penalties help, {task.Name}", Variant(task, PairChoice.Tied), Variant(task, PairChoice.TiedWithoutPenalty), Test, IsOurs: true),
            new($"LiftUpPool beats a skip connection, {task.Name}", Variant(task, PairChoice.Tied), Variant(task, PairChoice.Skip), Test, IsOurs: true),
        ])])
    {
        Pictures = Draw,
    };

    private static string Title(Degradation task) => $"{char.ToUpperInvariant(task.Name[0])}{task.Name[1..]}";

    private static string Variant(Degradation task, string pair) => RestoreRun.Variant(task, PairChoice.All.Single(one => one.Name == pair));

    private static string[] Others(Degradation task) => [.. PairChoice.All.Select(pair => RestoreRun.Variant(task, pair)).Skip(1)];

    private static IReadOnlyList<(string Title, string File)> Draw(Drawing drawing)
    {
        foreach (var task in Degradation.All)
        {
            drawing.AddBars(Title(task), $"restore-{task.Name}.png", Variant(task, PairChoice.MaxUnpool), Others(task), Test);
        }

        return drawing
            .Add("The middle of the first test photographs, restored", "restore-crops.png", file => RestorePicture.Draw(file, drawing.Output, drawing.Measurements.Settings, seed: 1))
            .Drawn;
    }
}

namespace LiftPool.Benchmarks;

/// <summary>A target on one input: what <c>compare --only</c> picks by name.</summary>
internal sealed record Cell(Target Target, Shape Shape)
{
    /// <summary>All that have a limit.</summary>
    public static readonly IReadOnlyList<Cell> All =
    [
        .. Of(Target.All),
        new(Target.Network with { What = "training step of the small VGG, against the same with MaxPool2d" }, TrainingStep.Images),
        .. Of(Target.More),
    ];

    /// <summary>Those that the tables of <see cref="Shape.All"/> do not show.</summary>
    public static IEnumerable<Cell> More => Of(Target.More);

    private string Name => $"{Target.What}, {Shape}";

    public static string Names => string.Join('\n', All.Select(cell => cell.Name));

    /// <summary>Those whose name contains all texts, in any case of letters.</summary>
    public static IReadOnlyList<Cell> Named(string[] texts)
        => [.. All.Where(cell => texts.All(text => cell.Name.Contains(text, StringComparison.OrdinalIgnoreCase)))];

    private static IEnumerable<Cell> Of(IEnumerable<Target> targets) =>
        from target in targets
        from shape in target.Shapes
        where target.Limit(shape) is not null
        select new Cell(target, shape);
}

/// <summary>What was measured of a cell: seconds or bytes by the side's name.</summary>
internal sealed record CellResult(Cell Cell, Dictionary<string, double> Measured)
{
    public string Verdict => Target.Verdict(Cell.Target.Ratio(Measured), Cell.Target.Limit(Cell.Shape)!.Value, Cell.Target.AtLeast);
}

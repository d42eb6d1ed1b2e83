namespace Experiments;

/// <summary>A measured quantity and how it is shown.</summary>
/// <param name="Name">As runs report it.</param>
/// <param name="Scale">What values are multiplied by to be shown, such as 100 for percent.</param>
/// <param name="Format">Of a shown value.</param>
internal sealed record Metric(string Name, double Scale = 1, string Unit = "", string Format = "0.00")
{
    public string Title => Unit.Length == 0 ? Name : $"{Name}, {Unit}";

    public bool LowerIsBetter { get; init; }

    public static Metric Percent(string name) => new(name, 100, "%");
}

/// <summary>A table of the report: some variants beside one that they are compared with.</summary>
/// <param name="Title">What is asked.</param>
/// <param name="Reference">The variant to compare with.</param>
/// <param name="Variants">The others.</param>
/// <param name="Metrics">What is shown; the first decides.</param>
internal sealed record Question(string Title, string Reference, IReadOnlyList<string> Variants, IReadOnlyList<Metric> Metrics);

/// <summary>A statement that the runs decide: one variant measures better than another.</summary>
/// <param name="Text">In words.</param>
/// <param name="IsOurs">Whether it is a question of ours and not a claim of the paper, which is reproduced or not.</param>
internal sealed record Claim(string Text, string Variant, string Reference, Metric Metric, bool IsOurs = false);

/// <summary>A table of many variants, the best first, with their distance from each of some references.</summary>
/// <param name="Deciding">What the order is by.</param>
/// <param name="Shown">What differences are of.</param>
internal sealed record Ranking(string Title, IReadOnlyList<string> Variants, Metric Deciding, Metric Shown, IReadOnlyList<string> References)
{
    /// <summary>Those that were measured, the best first over the seeds that all of them have.</summary>
    public IReadOnlyList<string> Order(Measurements measurements)
    {
        var seeds = Seeds(measurements);
        return [.. Measured(measurements).OrderByDescending(variant => measurements.Summary(variant, Deciding.Name, seeds).Mean)];
    }

    /// <summary>The seeds that all measured variants have.</summary>
    public IReadOnlySet<int> Seeds(Measurements measurements) => Measured(measurements)
        .Select(variant => measurements.BySeed(variant, Deciding.Name).Keys.ToHashSet())
        .Aggregate((HashSet<int>?)null, (common, seeds) => common is null ? seeds : [.. common.Intersect(seeds)]) ?? [];

    private IEnumerable<string> Measured(Measurements measurements) => Variants.Where(measurements.Variants.Contains);
}

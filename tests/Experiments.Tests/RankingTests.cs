namespace Experiments.Tests;

/// <summary>The table of many variants: its order, its seeds, its places in every setting.</summary>
public sealed class RankingTests : IDisposable
{
    private static readonly Metric Validation = Metric.Percent("validation");
    private static readonly Metric Test = Metric.Percent("test");
    private static readonly Ranking Ranking = new("All", ["a", "b", "c", "unmeasured"], Validation, Test, ["a"]);

    private readonly string folder = Directory.CreateTempSubdirectory("ranking-").FullName;

    [Fact]
    public void The_order_is_that_of_the_seeds_that_all_have()
    {
        // With its third seed a would be the best.
        var measured = new Measurements("s", [.. Runs("s", "a", 0.1, 0.2, 0.9), .. Runs("s", "b", 0.3, 0.4), .. Runs("s", "c", 0.2, 0.3)]);

        Ranking.Order(measured).Should().Equal("b", "c", "a");
        Ranking.Seeds(measured).Should().Equal(1, 2);
    }

    [Fact]
    public void The_report_has_places_in_each_setting_and_differences_from_each_reference()
    {
        new Campaign(folder).Results("trial").Add(
        [
            .. Runs("small", "a", 0.1, 0.2), .. Runs("small", "b", 0.3, 0.4), .. Runs("small", "c", 0.2, 0.3),
            .. Runs("large", "a", 0.5, 0.6), .. Runs("large", "b", 0.4, 0.5),
        ]);

        var report = File.ReadAllText(new ReportWriter(folder).Write([new Chapter("trial", "Trial", [], []) { Rankings = [Ranking] }]));

        report.Should().Contain("| | small | large |\n|---|---|---|\n| a | 3 of 3 | 1 of 2 |\n| b | 1 of 3 | 2 of 2 |\n| c | 2 of 3 |  |\n");
        report.Should().Contain("| 1 | b | 35.00 ± 7.07 | 35.00 ± 7.07 | +20.00 ± 0.00 (2) |");
        report.Should().Contain("| 2 | b | 45.00 ± 7.07 | 45.00 ± 7.07 | -10.00 ± 0.00 (2) |");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static IEnumerable<Measurement> Runs(string settings, string variant, params double[] values) => values.Index()
        .SelectMany(one => (Measurement[])[
            new(settings, variant, one.Index + 1, Validation.Name, one.Item), new(settings, variant, one.Index + 1, Test.Name, one.Item)]);
}

using System.Text.RegularExpressions;

namespace Experiments.Tests;

/// <summary>docs/results.md quotes docs/results/report.md, which is what `report` makes of the measurements beside it.</summary>
public sealed partial class ResultsDocumentTests : IDisposable
{
    private static readonly string Docs = Path.Combine(AppContext.BaseDirectory, "docs");

    private readonly string copy = Directory.CreateTempSubdirectory("results-").FullName;

    [Fact]
    public void The_report_is_that_of_the_measurements()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Docs, "results"), "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(Path.Combine(Docs, "results"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        var report = new ReportWriter(copy).Write(ExperimentCommands.Chapters);

        Lines(report).Should().Equal(Lines(Path.Combine(Docs, "results", "report.md")));
    }

    [Fact]
    public void Every_row_of_a_table_stands_in_the_report_and_every_number_of_the_advice()
    {
        var report = Lines(Path.Combine(Docs, "results", "report.md"));
        var rows = Lines(Path.Combine(Docs, "results.md")).Where(line => line.StartsWith('|')).ToArray();
        string[] advice = [.. rows.SkipWhile(row => !row.StartsWith("| your case", StringComparison.Ordinal)).TakeWhile(row => row.Count(c => c == '|') == 4)];

        rows.Except(advice).Where(row => Fraction().IsMatch(row)).Should().HaveCountGreaterThan(20).And.BeSubsetOf(report);
        var whole = string.Join('\n', report);
        advice.SelectMany(row => Difference().Matches(row)).Select(one => one.Value).Should().HaveCountGreaterThan(5)
            .And.OnlyContain(number => whole.Contains(number, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(copy, recursive: true);

    [GeneratedRegex(@"\d\.\d")]
    private static partial Regex Fraction();

    [GeneratedRegex(@"[+-]?\d+\.\d+( ± \d+\.\d+)?")]
    private static partial Regex Difference();

    private static string[] Lines(string file) => File.ReadAllLines(file);
}

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
        var tables = Tables(Lines(Path.Combine(Docs, "results.md")));
        var advice = tables.Single(table => table[0].StartsWith("| your case |", StringComparison.Ordinal));
        var defaults = tables.Single(table => table[0].StartsWith("| setting |", StringComparison.Ordinal));

        tables.Where(table => table != advice && table != defaults).SelectMany(table => table).Should().HaveCountGreaterThan(100).And.BeSubsetOf(report);
        var whole = string.Join('\n', report);
        advice.SelectMany(row => Number().Matches(row)).Select(one => one.Value).Should().HaveCountGreaterThan(5)
            .And.OnlyContain(number => whole.Contains(number, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(copy, recursive: true);

    [GeneratedRegex(@"[+-]?\d+\.\d+( ± \d+\.\d+)?")]
    private static partial Regex Number();

    private static List<List<string>> Tables(string[] lines)
    {
        var tables = new List<List<string>>();
        foreach (var (before, line) in lines.Prepend("").Zip(lines))
        {
            if (line.StartsWith('|'))
            {
                if (!before.StartsWith('|'))
                {
                    tables.Add([]);
                }

                tables[^1].Add(line);
            }
        }

        return tables;
    }

    private static string[] Lines(string file) => File.ReadAllLines(file);
}

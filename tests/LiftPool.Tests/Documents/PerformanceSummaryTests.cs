using System.Text.RegularExpressions;

namespace LiftPool.Tests;

/// <summary>docs/performance.md opens with a few numbers; they are those of its first set of tables.</summary>
public partial class PerformanceSummaryTests
{
    private const string Page = "docs/performance.md";

    [Fact]
    public void Every_number_of_the_summary_stands_in_the_first_tables()
    {
        var tables = Pages.Text(Page).Split("\n### ")[1];
        var summary = Pages.Text(Page).Split("\n## In short\n")[1].Split("\n## ")[0];
        var numbers = Number().Matches(summary).Select(number => number.Value).ToArray();

        numbers.Should().HaveCountGreaterThan(15).And.OnlyContain(number => Number().Matches(tables).Any(other => other.Value == number));
    }

    [GeneratedRegex(@"\d+\.\d\d\b")]
    private static partial Regex Number();
}

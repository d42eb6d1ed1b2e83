using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace LiftPool.Tests;

/// <summary>What came of each check of each layer. Each is run once in a process, by whoever asks first.</summary>
internal static partial class CheckTable
{
    private static readonly ConcurrentDictionary<(TableRow, TableCheck), (int Count, Exception? Failure)> Known = new();

    /// <summary>How often a check was done, in dtypes and on paths, or what failed.</summary>
    internal static (int Count, Exception? Failure) Of(TableRow row, TableCheck check) => Known.GetOrAdd((row, check), _ =>
    {
        try
        {
            return (check.RunAll(row), null);
        }
        catch (InvalidOperationException failure)
        {
            return (0, failure);
        }
    });

    /// <summary>The table as Markdown: a line for each layer, a column for each check.</summary>
    internal static IEnumerable<string> Lines()
    {
        yield return Line("layer", TableCheck.All.Select(check => check.Name));
        yield return Line("---", TableCheck.All.Select(_ => "---"));
        foreach (var row in TableRow.All)
        {
            yield return Line(row.Name, TableCheck.All.Select(check => Cell(row, check)));
        }
    }

    /// <summary>Such a table without what depends on the machine: numbers are only numbers.</summary>
    internal static string Words(string line) => Number().Replace(line, "n");

    private static string Cell(TableRow row, TableCheck check)
        => check.WhyNot(row) ?? (Of(row, check) is { Failure: null } done ? done.Count.ToString(CultureInfo.InvariantCulture) : "FAILED");

    private static string Line(string first, IEnumerable<string> cells) => $"| {first} | {string.Join(" | ", cells)} |";

    [GeneratedRegex(@"(?<=\| )\d+(?= \|)")]
    private static partial Regex Number();
}

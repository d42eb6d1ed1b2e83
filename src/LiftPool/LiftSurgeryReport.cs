using System.Globalization;

namespace LiftPool;

/// <summary>What <see cref="LiftSurgery"/> found and did. As text it is a table.</summary>
public sealed class LiftSurgeryReport
{
    private static readonly string[] Head = ["name", "was", "is", "channels, or why not"];

    internal LiftSurgeryReport(IReadOnlyList<LiftSurgeryRow> rows) => Rows = rows;

    /// <summary>A row for each pool: those registered, in the model's order, then others and functional calls.</summary>
    public IReadOnlyList<LiftSurgeryRow> Rows { get; }

    /// <summary>How many modules were replaced.</summary>
    public int Replaced => Rows.Count(row => row.Outcome == LiftSurgeryOutcome.Replaced);

    /// <summary>What the surgery's caller should know though nothing failed: that nothing was replaced. Else null.</summary>
    public string? Warning => Replaced > 0 ? null
        : Rows.Count == 0 ? "LiftSurgery: the model has no pool that could be replaced: nothing was changed."
        : "LiftSurgery: none of the model's pools was replaced: nothing was changed.";

    /// <summary>The largest <see cref="LiftSurgeryRow.Difference"/> of what was replaced.</summary>
    public double Difference
        => Rows.Where(row => row.Outcome == LiftSurgeryOutcome.Replaced).Select(row => row.Difference ?? 0).DefaultIfEmpty().Max();

    /// <summary>The table: name, was, is, channels or why not.</summary>
    public override string ToString()
    {
        string[][] cells = [Head, .. Rows.Select(row => (string[])[row.Name, row.Was, row.Is ?? "", LastCell(row)])];
        var widths = Enumerable.Range(0, Head.Length - 1).Select(column => cells.Max(line => line[column].Length)).ToArray();
        var lines = cells.Select(
            line => string.Concat(line.Select((cell, i) => cell.PadRight(i < widths.Length ? widths[i] + 2 : 0))).TrimEnd());
        var difference = Difference.ToString("0.0e+0", CultureInfo.InvariantCulture);
        var end = Warning ?? $"{Replaced} replaced; largest difference on the example: {difference} of the largest value.";
        var calls = Rows.Count(row => row.Outcome == LiftSurgeryOutcome.NotKnown);
        return string.Join('\n', [.. lines, calls == 0 ? end : $"{end} Functional calls, which stay: {calls}."]);
    }

    private static string LastCell(LiftSurgeryRow row)
        => row.Why ?? (row.Channels.Count == 0 ? "any: one filter for all" : string.Join(", ", row.Channels));
}

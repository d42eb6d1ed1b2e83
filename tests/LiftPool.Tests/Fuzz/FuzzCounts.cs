using System.Globalization;

namespace LiftPool.Tests;

/// <summary>
/// How many calls of each kind there were, how many of them were rightly refused, how many failed; and how many gradients were compared
/// and left out.
/// </summary>
internal sealed class FuzzCounts
{
    private static readonly string[] Columns = ["calls", "refused", "failed", "checked", "left out"];

    private readonly Dictionary<FuzzCall, long[]> counts = Enum.GetValues<FuzzCall>()
        .ToDictionary(call => call, _ => new long[Columns.Length]);

    internal void Add(FuzzCase one, bool wasRefused, long compared, long leftOut) => Add(one, wasRefused ? 1 : 0, 0, compared, leftOut);

    internal void AddFailure(FuzzCase one) => Add(one, 0, 1, 0, 0);

    internal string Table(TimeSpan time)
    {
        static string Row(string name, IEnumerable<string> cells) => $"{name,-18}{string.Concat(cells.Select(cell => $"{cell,10}"))}";
        static IEnumerable<string> Text(IEnumerable<long> row) => row.Select(count => count.ToString(CultureInfo.InvariantCulture));
        var all = Columns.Select((_, i) => counts.Values.Sum(row => row[i])).ToArray();
        var aMinute = (all[0] / Math.Max(1e-3, time.TotalMinutes)).ToString("F0", CultureInfo.InvariantCulture);
        string[] lines =
        [
            Row("", Columns),
            .. counts.Select(one => Row($"{one.Key}", Text(one.Value))),
            Row("all", Text(all)),
            $"{aMinute} calls a minute",
        ];
        return string.Join(Environment.NewLine, lines);
    }

    private void Add(FuzzCase one, params ReadOnlySpan<long> rest)
    {
        var row = counts[one.Call];
        row[0]++;
        for (var i = 0; i < rest.Length; i++)
        {
            row[i + 1] += rest[i];
        }
    }
}

using System.Globalization;

namespace LiftPool.Tests;

/// <summary>How many calls of each kind there were, how many of them were rightly refused, how many failed.</summary>
internal sealed class FuzzCounts
{
    private readonly Dictionary<FuzzCall, (long Calls, long Refused, long Failed)> counts = Enum.GetValues<FuzzCall>()
        .ToDictionary(call => call, _ => (0L, 0L, 0L));

    internal void Add(FuzzCase one, bool wasRefused)
    {
        var (calls, refused, failed) = counts[one.Call];
        counts[one.Call] = (calls + 1, refused + (wasRefused ? 1 : 0), failed);
    }

    internal void AddFailure(FuzzCase one)
    {
        var (calls, refused, failed) = counts[one.Call];
        counts[one.Call] = (calls + 1, refused, failed + 1);
    }

    internal string Table(TimeSpan time)
    {
        static string Row(string name, long calls, long refused, long failed)
            => FormattableString.Invariant($"{name,-18}{calls,10}{refused,10}{failed,10}");
        var all = counts.Values.Aggregate((sum, one) => (sum.Calls + one.Calls, sum.Refused + one.Refused, sum.Failed + one.Failed));
        var aMinute = (all.Calls / Math.Max(1e-3, time.TotalMinutes)).ToString("F0", CultureInfo.InvariantCulture);
        string[] lines =
        [
            $"{"",-18}{"calls",10}{"refused",10}{"failed",10}",
            .. counts.Select(one => Row($"{one.Key}", one.Value.Calls, one.Value.Refused, one.Value.Failed)),
            Row("all", all.Calls, all.Refused, all.Failed),
            $"{aMinute} calls a minute",
        ];
        return string.Join(Environment.NewLine, lines);
    }
}

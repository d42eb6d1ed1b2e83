using System.Diagnostics;

namespace LiftPool.Benchmarks;

/// <summary>One side of a comparison.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Call">What is timed.</param>
/// <param name="Around">A setting that holds while this side runs, outside the timed part.</param>
internal sealed record Side(string Name, Action Call, Func<IDisposable>? Around = null);

/// <summary>Times several sides next to each other, so that what disturbs the machine disturbs all of them alike.</summary>
/// <param name="fewest">Rounds that are measured whatever they take.</param>
internal sealed class Rounds(int fewest)
{
    // Long enough for several calls of a large shape; a small one's are cheap, but more than these teach nothing.
    private const double BlockSeconds = 0.02;
    private const int ShortestBlock = 3;
    private const int LongestBlock = 50;

    // What a round adds beyond these no longer changes the third digit of a median.
    private const int MostRounds = 41;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.1);

    /// <summary>Median seconds of a call of each side, by its name.</summary>
    /// <remarks>
    /// A round gives each side a block of calls in a row, of which the first is not counted: it finds the cache and the
    /// processors as the side before left them, with LibTorch's OpenMP threads still spinning after their last work.
    /// </remarks>
    public Dictionary<string, double> Medians(IReadOnlyList<Side> sides, TimeSpan budget)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        int[] blocks = [.. sides.Select(BlockOf)];
        List<double>[] times = [.. sides.Select(_ => new List<double>())];
        var clock = Stopwatch.StartNew();
        for (var round = 0; round < fewest || (round < MostRounds && clock.Elapsed < budget); round++)
        {
            for (var i = 0; i < sides.Count; i++)
            {
                // Every round begins elsewhere, so that nobody always comes first.
                var at = (i + round) % sides.Count;
                Run(sides[at], blocks[at], times[at]);
            }
        }

        return sides.Zip(times).ToDictionary(pair => pair.First.Name, pair => Median(pair.Second));
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static int BlockOf(Side side)
    {
        using var around = side.Around?.Invoke();
        var clock = Stopwatch.StartNew();
        var calls = 0;
        do
        {
            side.Call();
            calls++;
        }
        while (calls < ShortestBlock || clock.Elapsed < WarmUp);

        return Math.Clamp((int)(BlockSeconds * calls / clock.Elapsed.TotalSeconds), ShortestBlock, LongestBlock);
    }

    private static void Run(Side side, int calls, List<double> times)
    {
        using var around = side.Around?.Invoke();
        side.Call();
        for (var i = 1; i < calls; i++)
        {
            var start = Stopwatch.GetTimestamp();
            side.Call();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using CsCheck;
using Size = CsCheck.Size;

namespace LiftPool.Tests;

/// <summary>
/// Draws calls and checks their answers. The call of a seed is always the same, on every machine; call i of a run has the run's seed
/// plus i.
/// </summary>
internal static class Fuzzer
{
    /// <summary>The test assembly's argument, before <c>--calls N</c> and, if wanted, <c>--seed S</c>.</summary>
    internal const string Argument = "fuzz";

    // More are most often the same once more.
    private const int MostFailures = 5;

    /// <summary>A seed that no run before had, which its failures print.</summary>
    internal static ulong AnySeed => (ulong)Environment.TickCount64 * 1_000_003;

    /// <summary>The counts of a run by hand; failures are printed while it runs. Null for options that are none.</summary>
    internal static string? Answer(IReadOnlyList<string> options)
    {
        if (options is not (["--calls", _] or ["--calls", _, "--seed", _])
            || !long.TryParse(options[1], NumberStyles.None, CultureInfo.InvariantCulture, out var calls))
        {
            return null;
        }

        var seed = AnySeed;
        if (options.Count == 4 && !ulong.TryParse(options[3], NumberStyles.None, CultureInfo.InvariantCulture, out seed))
        {
            return null;
        }

        Console.WriteLine($"First seed {Text(seed)}");
        var failures = 0;
        LiveTensors.CountedOnAThreadOfItsOwn(_ => failures = Run(seed, calls, TimeSpan.MaxValue, Console.WriteLine));
        Environment.ExitCode = failures == 0 ? 0 : 1;
        return $"{failures} failures";
    }

    /// <summary>Runs until so many calls are made or the time is over, and gives what failed.</summary>
    /// <param name="seed">Of the first call.</param>
    /// <param name="calls">How many at most.</param>
    /// <param name="time">How long at most.</param>
    /// <param name="write">Gets the failures and the counts.</param>
    internal static int Run(ulong seed, long calls, TimeSpan time, Action<string> write)
    {
        var counts = new FuzzCounts();
        var clock = Stopwatch.StartNew();
        var failures = 0;
        var i = 0L;
        for (; i < calls && failures < MostFailures && clock.Elapsed < time; i++)
        {
            var own = seed + (ulong)i;
            var one = Draw(own, out var size);
            if (Failure(one, counts) is { } error)
            {
                failures++;
                write($"Seed {Text(own)}: {error.Message}{Environment.NewLine}{one}");
                write(FuzzShrinking.Smallest(one, size, error));
            }
        }

        write($"Seeds {Text(seed)} to {Text(seed + (ulong)Math.Max(0, i - 1))}");
        write(counts.Table(clock.Elapsed));
        return failures;
    }

    private static string Text(ulong seed) => seed.ToString(CultureInfo.InvariantCulture);

    /// <summary>The call of a seed.</summary>
    internal static FuzzCase Draw(ulong seed, out Size size)
        => FuzzGenerators.Cases.Generate(new PCG(1, unchecked((uint)(seed * 0x9E3779B97F4A7C15 >> 32))), null, out size);

    /// <summary>What is wrong with the answer, or null.</summary>
    internal static Exception? Failure(FuzzCase one, FuzzCounts? counts = null)
    {
        try
        {
            var outcome = FuzzCalls.Run(one);
            counts?.Add(one, outcome.WasRefused, outcome.Checked, outcome.LeftOut);
            return null;
        }
        catch (Exception error)
        {
            counts?.AddFailure(one);
            return error;
        }
    }
}

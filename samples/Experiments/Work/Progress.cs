using System.Diagnostics;
using Spectre.Console;

namespace Experiments;

/// <summary>How far all runs are and how long the rest will take: a bar where there is a terminal, else a line a run.</summary>
internal static class Progress
{
    /// <param name="total">Number of runs.</param>
    /// <param name="work">Is given what to call with the number of runs done, parts of runs included, and with a finished run's line.</param>
    public static async Task Show(int total, Func<Action<double>, Action<string>, Task> work)
    {
        if (AnsiConsole.Profile.Out.IsTerminal)
        {
            ProgressColumn[] columns =
                [new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new RemainingTimeColumn()];
            await AnsiConsole.Progress().Columns(columns).StartAsync(async progress =>
            {
                var bar = progress.AddTask($"{total} runs", maxValue: total);
                await work(done => bar.Value = done, line => bar.Description = Markup.Escape(line));
            });
            return;
        }

        var clock = Stopwatch.StartNew();
        var (latest, finished) = (0.0, 0);
        await work(
            done => latest = done,
            line =>
            {
                finished++;
                var left = TimeSpan.FromSeconds(clock.Elapsed.TotalSeconds * (total - latest) / Math.Max(latest, 1e-9));
                Console.WriteLine($"{finished} of {total}: {line} ({Text(clock.Elapsed)} gone, about {Text(left)} left)");
            });
    }

    private static string Text(TimeSpan time) => FormattableString.Invariant($"{(int)time.TotalHours}:{time:mm\\:ss}");
}

using System.CommandLine;
using System.Globalization;
using Quickstart;
using Spectre.Console;

namespace Experiments;

/// <summary>The command that fine-tunes trained classifiers after surgery, and its table.</summary>
internal static class FineTuneCommand
{
    private const int UsualEpochs = 8;
    private const int UsualSeeds = 5;
    private const int Most = 1000;

    public static Command New()
    {
        var data = new Option<DirectoryInfo>("--data")
        {
            Description = "Folder with Fashion-MNIST, CIFAR-10 or CIFAR-100 [default: the Fashion-MNIST that comes along]",
            HelpName = "DIR",
        }.AcceptExistingOnly();
        var epochs = CommandLine.Number("--epochs", "How often the networks see the images before the surgery", UsualEpochs, Most);
        var seeds = CommandLine.Number("--seeds", "Number of networks, each with a seed of its own", UsualSeeds, Most);
        var command = new Command("finetune", "Trains classifiers with MaxPool2d, exchanges it for lifts and trains on")
        {
            data, epochs, seeds,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () => Run(
                parsed.GetValue(data)?.FullName ?? Path.Combine(AppContext.BaseDirectory, "data", "fashion-mnist"),
                parsed.GetValue(epochs),
                parsed.GetValue(seeds),
                cancel),
            cancel));
        return command;
    }

    private static void Run(string data, int epochs, int seeds, CancellationToken cancel)
    {
        NativeSettings.Apply();
        var runs = new List<FineTuneResult>();
        for (var seed = 1; seed <= seeds; seed++)
        {
            runs.Add(FineTune.Run(data, epochs, seed, cancel));
            if (seed == 1)
            {
                Console.WriteLine(runs[0].Report);
            }

            Console.WriteLine($"seed {seed} of {seeds}");
        }

        var table = new Table().Border(TableBorder.Markdown).AddColumn("test accuracy").AddColumn("mean").AddColumn("spread");
        Add($"trained with MaxPool2d, {epochs} epochs", run => run.Trained);
        Add("right after the swap", run => run.Swapped);
        Add("one more epoch with MaxPool2d", run => run.MaxOn);
        Add("one more epoch with lifts", run => run.LiftOn);
        Add("one more epoch with lifts of five taps", run => run.WideOn);
        AnsiConsole.Write(table);
        Say("lifts", run => run.LiftOn);
        Say("lifts of five taps", run => run.WideOn);
        Console.WriteLine($"Predictions that the swap changed: {runs.Sum(run => run.Changed)} of {runs.Sum(run => run.Images)}");

        void Add(string name, Func<FineTuneResult, double> value)
        {
            var summary = Summary.Of([.. runs.Select(value)]);
            table.AddRow(name, Text($"{100 * summary.Mean:F2} %"), Text($"{100 * summary.Deviation:F2}"));
        }

        void Say(string name, Func<FineTuneResult, double> value)
        {
            var difference = PairedDifference.Of(BySeed(value), BySeed(run => run.MaxOn))!;
            var (mean, half) = (100 * difference.Mean, 100 * difference.HalfWidth);
            Console.WriteLine(Text($"{name} against MaxPool2d: {mean:+0.00;-0.00} +- {half:F2} points (95 %)"));
        }

        Dictionary<int, double> BySeed(Func<FineTuneResult, double> value) => runs.ToDictionary(run => run.Seed, value);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

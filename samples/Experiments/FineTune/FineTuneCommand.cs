using System.CommandLine;
using System.Globalization;
using Quickstart;
using Spectre.Console;

namespace Experiments;

/// <summary>The command that fine-tunes trained classifiers after surgery, and its table.</summary>
internal static class FineTuneCommand
{
    private const int UsualSeeds = 5;
    private const int Most = 1000;
    private const string FileName = "finetune.md";

    // At most: what comes along has fewer.
    private static readonly Size Usual = new(Train: 50_000, Validation: 0, Test: 10_000, Epochs: 8);
    private static readonly Size Small = new(Train: 1_000, Validation: 0, Test: 500, Epochs: 1);

    public static Command New()
    {
        var data = new Option<DirectoryInfo>("--data")
        {
            Description = "Folder with Fashion-MNIST, CIFAR-10 or CIFAR-100 [default: the Fashion-MNIST that comes along]",
            HelpName = "DIR",
        }.AcceptExistingOnly();
        var epochs = CommandLine.Number("--epochs", "How often the networks see the images before the surgery", Usual.Epochs, Most);
        var seeds = CommandLine.Number("--seeds", "Number of networks, each with a seed of its own", UsualSeeds, Most);
        var output = CommandLine.Output($"Folder for the table, {FileName}", ExperimentOptions.UsualOutput);
        var quick = ExperimentOptions.NewQuick();
        var command = new Command("finetune", "Trains classifiers with MaxPool2d, exchanges it for lifts and trains on")
        {
            data, output, epochs, seeds, quick,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                var size = parsed.GetValue(quick) ? Small : Usual;
                Run(
                    parsed.GetValue(data)?.FullName ?? Path.Combine(AppContext.BaseDirectory, "data", "fashion-mnist"),
                    parsed.GetRequiredValue(output).FullName,
                    size with { Epochs = Chosen(parsed, epochs) ?? size.Epochs },
                    Chosen(parsed, seeds) ?? (parsed.GetValue(quick) ? 1 : UsualSeeds),
                    cancel);
            },
            cancel));
        return command;
    }

    private static int? Chosen(ParseResult parsed, Option<int> option)
        => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option) : null;

    private static void Run(string data, string output, Size size, int seeds, CancellationToken cancel)
    {
        NativeSettings.Apply();
        OutputFolder.Check(output);
        var runs = new List<FineTuneResult>();
        for (var seed = 1; seed <= seeds; seed++)
        {
            runs.Add(FineTune.Run(data, size, seed, cancel));
            if (seed == 1)
            {
                Console.WriteLine(runs[0].Report);
            }

            Console.WriteLine($"seed {seed} of {seeds}");
        }

        var table = new Table().Border(TableBorder.Markdown).AddColumn("test accuracy").AddColumn("mean").AddColumn("spread");
        Add($"trained with MaxPool2d, {size.Epochs} epochs", run => run.Trained);
        Add("right after the swap", run => run.Swapped);
        Add("one more epoch with MaxPool2d", run => run.MaxOn);
        Add("one more epoch with lifts", run => run.LiftOn);
        Add("one more epoch with lifts of five taps", run => run.WideOn);
        using var text = new StringWriter();
        AnsiConsole.Create(new() { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) }).Write(table);
        Say("lifts", run => run.LiftOn);
        Say("lifts of five taps", run => run.WideOn);
        text.WriteLine($"Predictions that the swap changed: {runs.Sum(run => run.Changed)} of {runs.Sum(run => run.Images)}");
        Console.Write(text);
        var file = Path.Combine(output, FileName);
        File.WriteAllText(file, text.ToString());
        Console.WriteLine($"Table: {Path.GetRelativePath(Environment.CurrentDirectory, file)}");

        void Add(string name, Func<FineTuneResult, double> value)
        {
            var summary = Summary.Of([.. runs.Select(value)]);
            table.AddRow(name, Text($"{100 * summary.Mean:F2} %"), runs.Count == 1 ? "" : Text($"{100 * summary.Deviation:F2}"));
        }

        void Say(string name, Func<FineTuneResult, double> value)
        {
            if (runs.Count > 1 && PairedDifference.Of(BySeed(value), BySeed(run => run.MaxOn)) is { } difference)
            {
                var (mean, half) = (100 * difference.Mean, 100 * difference.HalfWidth);
                text.WriteLine(Text($"{name} against MaxPool2d: {mean:+0.00;-0.00} +- {half:F2} points (95 %)"));
            }
        }

        Dictionary<int, double> BySeed(Func<FineTuneResult, double> value) => runs.ToDictionary(run => run.Seed, value);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

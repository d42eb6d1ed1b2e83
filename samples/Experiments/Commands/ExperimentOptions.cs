using System.CommandLine;
using Quickstart;

namespace Experiments;

/// <summary>The options that all experiments share, and the settings that they make.</summary>
internal sealed class ExperimentOptions
{
    public const string UsualOutput = "experiments-output";

    private const int UsualSeeds = 3;

    // So that no product of the largest numbers overflows: 400,000 scenes are 4 GB.
    private const int MostRuns = 1000;
    private const int MostExamples = 400_000;

    private readonly Defaults defaults;

    public ExperimentOptions(Defaults defaults)
    {
        this.defaults = defaults;
        Data = new("--data")
        {
            Description = $"Folder with {defaults.DataDescription} [default: what comes along]",
            HelpName = "DIR",
        };
        Data.AcceptExistingOnly();
        Output = CommandLine.Output(
            "Folder for results, charts and report; runs that it holds are not done again, so other data of the same folder name need another one",
            UsualOutput);
        Only = new("--only")
        {
            Description = Lines(
                $"These variants alone, each in quotes [default: {(defaults.UsualVariants is null ? "all" : "the main ones, marked *")}]:",
                [.. defaults.Variants.Select(one => $"{(defaults.UsualVariants?.Contains(one) == true ? "*" : " ")} \"{one}\"")]),
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
        };
        Only.AcceptOnlyFromAmong([.. defaults.Variants]);
        Seeds = CommandLine.Number("--seeds", "Number of runs of each variant, each with a seed of its own", UsualSeeds, MostRuns);
        FirstSeed = CommandLine.Number("--first-seed", "The first of these seeds, which are numbers in a row", 1, MostRuns);
        Train = CommandLine.Number("--train", $"Number of {defaults.Examples} to train on, at most", defaults.Size.Train, MostExamples);
        Validation = CommandLine.Number("--validation", $"Number of {defaults.Examples} for validation, at most; of images a fifth of the training images at most", defaults.Size.Validation, MostExamples);
        Test = CommandLine.Number("--test", $"Number of {defaults.Examples} to test on, at most", defaults.Size.Test, MostExamples);
        Epochs = CommandLine.Number("--epochs", $"How often each network sees the {defaults.Examples}", defaults.Size.Epochs, MostRuns);
        Depth = defaults.Depth is var (says, most) ? CommandLine.Number("--depth", says, 1, most) : null;
        Jobs = CommandLine.Number("--jobs", "How many runs at a time, on one thread each", Environment.ProcessorCount, MostRuns);
        Quick = NewQuick();
    }

    public static Option<bool> NewQuick() => new("--quick")
    {
        Description = "One seed and few small examples, to see in a minute that all works; the numbers mean nothing",
    };

    // A list a line each; the help keeps the ends of lines.
    private static string Lines(string title, IReadOnlyList<string> lines) => string.Join('\n', lines.Prepend(title));

    private Option<DirectoryInfo> Data { get; }

    private Option<DirectoryInfo> Output { get; }

    private Option<string[]> Only { get; }

    private Option<int> Seeds { get; }

    private Option<int> FirstSeed { get; }

    private Option<int> Train { get; }

    private Option<int> Validation { get; }

    private Option<int> Test { get; }

    private Option<int> Epochs { get; }

    private Option<int>? Depth { get; }

    private Option<int> Jobs { get; }

    private Option<bool> Quick { get; }

    public IEnumerable<Option> All =>
        [Data, Output, Only, Seeds, FirstSeed, Train, Validation, Test, Epochs, .. Depth is null ? (Option[])[] : [Depth], Jobs, Quick];

    /// <summary>What to run, as the command line has it.</summary>
    public Plan Read(ParseResult parsed)
    {
        var quick = parsed.GetValue(Quick);
        var usual = quick ? defaults.QuickSize : defaults.Size;
        var data = parsed.GetValue(Data);
        var settings = new Settings(
            data?.FullName ?? Path.Combine(AppContext.BaseDirectory, "data", defaults.DataFolder),
            data?.Name ?? $"{defaults.DataFolder} as shipped",
            parsed.GetRequiredValue(Output).FullName,
            Chosen(Train, usual.Train),
            Chosen(Validation, usual.Validation),
            Chosen(Test, usual.Test),
            Chosen(Epochs, usual.Epochs))
        {
            Depth = Depth is null ? 1 : parsed.GetValue(Depth),
        };
        var seeds = Chosen(Seeds, quick ? 1 : UsualSeeds);
        var variants = parsed.GetValue(Only) is { Length: > 0 } only ? only : quick ? defaults.QuickVariants : defaults.UsualVariants ?? defaults.Variants;
        return new Plan(settings, variants, parsed.GetValue(FirstSeed), seeds, parsed.GetValue(Jobs));

        int Chosen(Option<int> option, int usually)
            => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option) : usually;
    }
}

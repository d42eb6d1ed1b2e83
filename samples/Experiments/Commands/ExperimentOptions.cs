using System.CommandLine;

namespace Experiments;

/// <summary>The options that all experiments share, and the settings that they make.</summary>
internal sealed class ExperimentOptions
{
    private const int UsualSeeds = 3;

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
        Output = new("--output")
        {
            Description = "Folder for results, charts and report; runs that it holds are not done again, so other data of the same folder name need another one",
            HelpName = "DIR",
            DefaultValueFactory = _ => new DirectoryInfo("experiments-output"),
        };
        Only = new("--only")
        {
            Description = $"These variants alone, each in quotes [default: {(defaults.UsualVariants is null ? "all" : "the main ones")}]: {string.Join("; ", defaults.Variants)}",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
        };
        Only.AcceptOnlyFromAmong([.. defaults.Variants]);
        Seeds = Number("--seeds", "Number of runs of each variant, with seeds from 1", UsualSeeds);
        Train = Number("--train", $"Number of {defaults.Examples} to train on, at most", defaults.Size.Train);
        Validation = Number("--validation", $"Number of {defaults.Examples} for validation, at most; of images a fifth of the training images at most", defaults.Size.Validation);
        Test = Number("--test", $"Number of {defaults.Examples} to test on, at most", defaults.Size.Test);
        Epochs = Number("--epochs", $"How often each network sees the {defaults.Examples}", defaults.Size.Epochs);
        Jobs = Number("--jobs", "How many runs at a time, on one thread each", Environment.ProcessorCount);
        Quick = new("--quick") { Description = "One seed and few small examples, to see in a minute that all works; the numbers mean nothing" };
    }

    private Option<DirectoryInfo> Data { get; }

    private Option<DirectoryInfo> Output { get; }

    private Option<string[]> Only { get; }

    private Option<int> Seeds { get; }

    private Option<int> Train { get; }

    private Option<int> Validation { get; }

    private Option<int> Test { get; }

    private Option<int> Epochs { get; }

    private Option<int> Jobs { get; }

    private Option<bool> Quick { get; }

    public IEnumerable<Option> All => [Data, Output, Only, Seeds, Train, Validation, Test, Epochs, Jobs, Quick];

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
            Chosen(Epochs, usual.Epochs));
        var seeds = Chosen(Seeds, quick ? 1 : UsualSeeds);
        var variants = parsed.GetValue(Only) is { Length: > 0 } only ? only : quick ? defaults.QuickVariants : defaults.UsualVariants ?? defaults.Variants;
        return new Plan(settings, variants, seeds, parsed.GetValue(Jobs));

        int Chosen(Option<int> option, int usually)
            => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option) : usually;
    }

    private static Option<int> Number(string name, string description, int usual)
    {
        var option = new Option<int>(name)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => usual,
        };
        option.Validators.Add(result =>
        {
            // What is no number at all has its own message.
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number < 1)
            {
                result.AddError($"{name}: expected at least 1.");
            }
        });
        return option;
    }
}

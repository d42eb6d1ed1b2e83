using System.CommandLine;
using Quickstart;

namespace Experiments;

/// <summary>The commands: run what is missing, then write the report anew.</summary>
internal static class ExperimentCommands
{
    /// <summary>What the report says, in its order.</summary>
    public static IReadOnlyList<Chapter> Chapters => [ClassifyChapter.New(), CostChapter.New(), RobustnessChapter.New(), SegmentChapter.New(), RestoreChapter.New()];

    public static RootCommand Root() => new("Pools against each other: does lifting help, where, and with which settings?")
    {
        Classify(), Cost(), Robustness(), Segment(), Restore(), FineTuneCommand.New(), Report(),
    };

    private static Command Classify() => New(
        "classify",
        "Trains a small VGG with each pool, and with each choice that the paper studies, and measures its accuracy",
        ClassifyChapter.Defaults,
        async (plan, cancel) =>
        {
            await RunMissing("classify", plan, cancel);
            ClassifyChapter.DrawPatches(plan.Settings);
        });

    private static Command Cost() => New(
        "cost",
        "Measures how long a training step and a prediction of the classifier take with each pool, beside MaxPool2d; nothing else may run",
        CostChapter.Defaults,
        (plan, cancel) => RunMissing("cost", plan with { AtATime = 1 }, cancel));

    private static Command Robustness() => New(
        "robustness",
        "Measures the classifiers of `classify` under corruptions and small steps, and trains those that are missing",
        RobustnessChapter.Defaults,
        async (plan, cancel) =>
        {
            var campaign = new Campaign(plan.Settings.Output);
            Job[] untrained =
            [
                .. campaign.Missing("robustness", plan.Jobs("robustness"))
                    .Where(job => !File.Exists(ModelFiles.Path(job.Settings, job.Variant, job.Seed)))
                    .Select(job => job with { Experiment = "classify" }),
            ];
            Console.WriteLine($"classify: {untrained.Length} networks to be trained first");
            await campaign.RunAll("classify", untrained, plan.AtATime, cancel);
            await RunMissing("robustness", plan, cancel);
            RobustnessChapter.DrawImages(plan.Settings);
        });

    private static Command Segment() => New(
        "segment",
        "Trains a small SegNet with each pair of pools on scenes of garments, and measures its label maps",
        SegmentChapter.Defaults,
        (plan, cancel) => RunMissing("segment", plan, cancel));

    private static Command Restore() => New(
        "restore",
        "Trains an encoder-decoder with each pair of pools to remove noise and to sharpen, on photographs",
        RestoreChapter.Defaults,
        (plan, cancel) => RunMissing("restore", plan, cancel));

    private static Command Report()
    {
        var output = CommandLine.Output("Folder with the results", ExperimentOptions.UsualOutput);
        var command = new Command("report", "Writes tables, claims and charts of the results that are there") { output };
        command.SetAction(parsed => WriteReport(parsed.GetRequiredValue(output).FullName));
        return command;
    }

    private static Task RunMissing(string experiment, Plan plan, CancellationToken cancel)
        => new Campaign(plan.Settings.Output).Run(experiment, plan.Jobs(experiment), plan.AtATime, cancel);

    private static Command New(string name, string description, Defaults defaults, Func<Plan, CancellationToken, Task> run)
    {
        var options = new ExperimentOptions(defaults);
        var command = new Command(name, description);
        foreach (var option in options.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancel) =>
        {
            var plan = options.Read(parsed);
            OutputFolder.Check(plan.Settings.Output);
            using var hold = Campaign.Hold(plan.Settings.Output);
            await run(plan, cancel);
            WriteReport(plan.Settings.Output);
        });
        return command;
    }

    private static void WriteReport(string output)
    {
        var file = new ReportWriter(output).Write(Chapters);
        Console.WriteLine($"Report: {Path.GetRelativePath(Environment.CurrentDirectory, file)}");
    }
}

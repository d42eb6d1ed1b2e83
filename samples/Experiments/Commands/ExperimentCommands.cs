using System.CommandLine;

namespace Experiments;

/// <summary>The commands: run what is missing, then write the report anew.</summary>
internal static class ExperimentCommands
{
    private static IReadOnlyList<Chapter> Chapters => [ClassifyChapter.New()];

    public static Command Classify() => New(
        "classify",
        "Trains a small VGG with each pool, and with each choice that the paper studies, and measures its accuracy",
        new ExperimentOptions(ClassifyChapter.Defaults),
        async (plan, cancel) => await new Campaign(plan.Settings.Output).Run("classify", plan.Jobs("classify"), plan.AtATime, cancel));

    public static Command Report()
    {
        var output = new Option<DirectoryInfo>("--output")
        {
            Description = "Folder with the results",
            HelpName = "DIR",
            DefaultValueFactory = _ => new DirectoryInfo("experiments-output"),
        };
        var command = new Command("report", "Writes tables, claims and charts of the results that are there") { output };
        command.SetAction(parsed => WriteReport(parsed.GetRequiredValue(output).FullName));
        return command;
    }

    private static Command New(string name, string description, ExperimentOptions options, Func<Plan, CancellationToken, Task> run)
    {
        var command = new Command(name, description);
        foreach (var option in options.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancel) =>
        {
            var plan = options.Read(parsed);
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

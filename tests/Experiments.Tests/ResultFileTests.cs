namespace Experiments.Tests;

/// <summary>Results come back as they were added, and what is there is not run again.</summary>
public sealed class ResultFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("results-").FullName;

    [Fact]
    public void Lines_come_back_whatever_is_in_them()
    {
        Measurement[] first = [new("data 1/2/3 x 4", "a, \"b\"", 1, "accuracy", 0.1), new("data 1/2/3 x 4", "a, \"b\"", 1, "loss", double.NaN)];
        Measurement[] second = [new("data 1/2/3 x 4", "c", 2, "accuracy", 1.0 / 3)];
        var file = new ResultFile<Measurement>(Path.Combine(folder, "new", "results.csv"));

        file.Read().Should().BeEmpty();
        file.Add(first);
        file.Add(second);

        file.Read().Should().Equal([.. first, .. second]);
    }

    [Fact]
    public void A_run_whose_results_are_there_is_not_missing()
    {
        var settings = new Settings("data", "data", folder, 10, 10, 10, 1);
        var job = new Job("classify", "a", 1, settings);
        Job[] jobs = [job, job with { Seed = 2 }, job with { Variant = "b" }, job with { Settings = settings with { Epochs = 2 } }];
        var campaign = new Campaign(folder);

        campaign.Results("classify").Add([new Measurement(settings.Key, "a", 1, "accuracy", 0.5)]);

        campaign.Missing("classify", jobs).Should().Equal(jobs[1..]);
    }

    [Fact]
    public async Task A_folder_that_another_run_holds_stops_the_second_in_one_line()
    {
        using (Campaign.Hold(folder))
        {
            var (code, _, errors) = await Programs.Run(ExperimentCommands.Root(), "classify", "--quick", "--output", folder);

            code.Should().Be(2);
            errors.Should().ContainSingle().Which.Should().StartWith($"{folder}: another run works in this folder");
        }

        using var free = Campaign.Hold(folder);
        Directory.GetFiles(folder).Should().ContainSingle();
    }

    [Theory]
    [InlineData(1, "settings,Variant,Seed,Metric")]
    [InlineData(2, "s,a,1,accuracy,half")]
    [InlineData(3, "s,a,one,accuracy,0.5")]
    [InlineData(3, "s,a,1,accuracy")]
    [InlineData(4, "s,a,1,accuracy,0.5,0.5")]
    [InlineData(2, "\"s,a,1,accuracy,0.5")]
    [InlineData(3, "s,a\" b,1,accuracy,0.5")]
    [InlineData(4, "")]
    [InlineData(3, "\0\0\0\0")]
    public async Task A_damaged_line_is_named_with_its_file_in_one_line(int number, string damaged)
    {
        string[] lines = ["Settings,Variant,Seed,Metric,Value", "s,a,1,accuracy,0.5", "s,a,2,accuracy,0.6", "s,a,3,accuracy,0.7"];
        lines[number - 1] = damaged;
        var file = Path.Combine(folder, "classify.csv");
        File.WriteAllText(file, string.Concat(lines.Select(line => line + "\n")));

        await ReportShouldSay($"{file}, line {number}: ");
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("Settings,Variant,Seed,Metric,Value", 1)]
    [InlineData("Settings,Variant,Seed,Metric,Value\ns,a,1,accuracy,0.5\ns,a,2,accuracy,0.", 3)]
    public async Task A_file_that_was_cut_off_is_not_read(string text, int number)
    {
        var file = Path.Combine(folder, "restore-curves.csv");
        File.WriteAllText(file, text);
        new ResultFile<Measurement>(Path.Combine(folder, "restore.csv")).Add([new("s", "a", 1, "test PSNR", 20)]);

        await ReportShouldSay($"{file}, line {number}: ");
    }

    [Fact]
    public async Task Without_results_there_is_no_report()
    {
        var missing = Path.Combine(folder, "missing");
        File.WriteAllText(Path.Combine(folder, "segment.csv"), "Settings,Variant,Seed,Metric,Value\n");

        await ReportShouldSay($"{folder}: no results");
        await ReportShouldSay($"{missing}: no results", missing);
        Directory.Exists(missing).Should().BeFalse();
    }

    [Fact]
    public void A_report_of_runs_that_lost_some_of_their_lines_leaves_out_what_they_lack()
    {
        string[] errors = [.. Corruptions.All.Select(one => RobustnessMetrics.Error(one.Name))];
        string[] flips = [.. Perturbations.All.Select(one => RobustnessMetrics.Flips(one.Name))];
        string[] metrics = [RobustnessMetrics.CleanError, .. errors, .. flips];
        Measurement[] whole =
        [
            .. from variant in (string[])[PoolChoices.Max, PoolChoices.Lift]
               from metric in metrics
               select new Measurement("s", variant, 1, metric, 0.25),
        ];

        foreach (var lost in whole)
        {
            var ofLift = RobustnessSummary.Of([.. whole.Except([lost])]).Where(one => one.Variant == PoolChoices.Lift).Select(one => one.Metric);

            ofLift.Contains(RobustnessRatios.MeanCorruptionError).Should().Be(!errors.Contains(lost.Metric));
            ofLift.Contains(RobustnessRatios.MeanFlipRate).Should().Be(!flips.Contains(lost.Metric));
        }

        new ResultFile<Measurement>(Path.Combine(folder, "classify.csv")).Add(
            [new("s", PoolChoices.Max, 1, "parameters", 10), new("s", PoolChoices.Lift, 1, "parameters", 12)]);
        File.ReadAllText(new ReportWriter(folder).Write(ExperimentCommands.Chapters)).Should().Contain("| MaxPool2d | 1 | 10 |");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task ReportShouldSay(string start, string? output = null)
    {
        var (code, _, errors) = await Programs.Run(ExperimentCommands.Root(), "report", "--output", output ?? folder);

        errors.Should().ContainSingle().Which.Should().StartWith(start);
        code.Should().Be(2);
        File.Exists(Path.Combine(output ?? folder, "report.md")).Should().BeFalse();
    }
}

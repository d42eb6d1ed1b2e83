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

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

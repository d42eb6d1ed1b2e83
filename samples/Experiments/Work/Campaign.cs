namespace Experiments;

/// <summary>Runs what is not in the results yet and adds it.</summary>
internal sealed class Campaign(string output)
{
    public ResultFile<Measurement> Results(string experiment) => new(Path.Combine(output, $"{experiment}.csv"));

    public ResultFile<CurvePoint> Curves(string experiment) => new(Path.Combine(output, $"{experiment}-curves.csv"));

    /// <summary>Keeps every other run off a folder until it is disposed: two that add to the same files would lose each other's results.</summary>
    /// <exception cref="IOException">Another run holds the folder.</exception>
    public static IDisposable Hold(string output)
    {
        var file = Path.Combine(output, ".lock");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e)
        {
            throw new IOException($"{output}: another run works in this folder; wait for it, or name another with --output", e);
        }
    }

    /// <summary>Those jobs whose results are not there.</summary>
    public IReadOnlyList<Job> Missing(string experiment, IReadOnlyList<Job> jobs)
    {
        var there = Results(experiment).Read().Select(one => (one.Settings, one.Variant, one.Seed)).ToHashSet();
        return [.. jobs.Where(job => !there.Contains((job.Settings.Key, job.Variant, job.Seed)))];
    }

    /// <summary>Runs those jobs of one experiment whose results are not there.</summary>
    public Task Run(string experiment, IReadOnlyList<Job> jobs, int atATime, CancellationToken cancel)
    {
        var missing = Missing(experiment, jobs);
        Console.WriteLine($"{experiment}: {jobs.Count} runs, {jobs.Count - missing.Count} of them done before");
        return RunAll(experiment, missing, atATime, cancel);
    }

    /// <summary>Runs jobs of one experiment, done before or not.</summary>
    public async Task RunAll(string experiment, IReadOnlyList<Job> jobs, int atATime, CancellationToken cancel)
    {
        if (jobs.Count == 0)
        {
            return;
        }

        var results = Results(experiment);
        var curves = Curves(experiment);
        var parts = jobs.ToDictionary(job => job, _ => 0.0);
        var points = jobs.ToDictionary(job => job, _ => new List<Point>());
        await Progress.Show(jobs.Count, (progress, finished) => WorkerPool.Run(jobs, atATime, (job, message) =>
        {
            parts[job] = message.Progress ?? parts[job];
            if (message.Point is { } point)
            {
                points[job].Add(point);
            }

            if (message.Result is { } result)
            {
                curves.Add([.. points[job].Select(at => new CurvePoint(job.Settings.Key, job.Variant, job.Seed, at.Epoch, at.Loss, at.Score))]);
                results.Add([.. result.Select(one => new Measurement(job.Settings.Key, job.Variant, job.Seed, one.Key, one.Value))]);
                parts[job] = 1;
            }

            progress(parts.Values.Sum());
            if (message.Result is not null)
            {
                finished($"{job.Variant}, seed {job.Seed}");
            }
        }, cancel));
    }
}

namespace Experiments;

/// <summary>Runs what is not in the results yet and adds it.</summary>
internal sealed class Campaign(string output)
{
    public ResultFile<Measurement> Results(string experiment) => new(Path.Combine(output, $"{experiment}.csv"));

    public ResultFile<CurvePoint> Curves(string experiment) => new(Path.Combine(output, $"{experiment}-curves.csv"));

    /// <param name="jobs">All of one experiment.</param>
    /// <param name="isDone">Whether a job whose results are there needs not be done again. Default: always.</param>
    public async Task Run(string experiment, IReadOnlyList<Job> jobs, int atATime, CancellationToken cancel, Func<Job, bool>? isDone = null)
    {
        var results = Results(experiment);
        var curves = Curves(experiment);
        var there = results.Read().Select(one => (one.Settings, one.Variant, one.Seed)).ToHashSet();
        Job[] missing = [.. jobs.Where(job => !there.Contains((job.Settings.Key, job.Variant, job.Seed)) || isDone?.Invoke(job) == false)];
        Console.WriteLine($"{experiment}: {jobs.Count} runs, {jobs.Count - missing.Length} of them done before");
        if (missing.Length == 0)
        {
            return;
        }

        var parts = missing.ToDictionary(job => job, _ => 0.0);
        var points = missing.ToDictionary(job => job, _ => new List<Point>());
        await Progress.Show(missing.Length, (progress, finished) => WorkerPool.Run(missing, atATime, (job, message) =>
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

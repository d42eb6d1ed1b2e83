using System.Diagnostics;
using Experiments;
using Quickstart;

IExperiment[] experiments = [new ClassifyRun(), new RestoreRun()];
if (args is [Worker.Command])
{
    NativeSettings.Apply();
    new Worker(experiments).Work();
    return 0;
}

#pragma warning disable CA1305
var names = args[0] == "all" ? PoolChoices.All.Select(p => p.Name) : args[0].Split(',');
var seeds = args[1].Split(',').Select(x => int.Parse(x)).ToArray();
var settings = new Settings(args[2], args[3], int.Parse(args[4]), 10000, 10000, int.Parse(args[5]));
var file = new ResultFile<Measurement>(Path.Combine(settings.Output, "classify.csv"));
var done = file.Read().Select(m => (m.Variant, m.Seed)).ToHashSet();
var jobs = seeds.SelectMany(s => names.Select(n => new Job("classify", n, s, settings))).Where(j => !done.Contains((j.Variant, j.Seed))).ToList();
var clock = Stopwatch.StartNew();
await WorkerPool.Run(jobs, 2, (job, m) =>
{
    if (m.Result is { } r)
    {
        file.Add(r.Select(kv => new Measurement(settings.Key, job.Variant, job.Seed, kv.Key, kv.Value)));
        Console.WriteLine($"{clock.Elapsed.TotalSeconds:F0}s {job.Variant} {job.Seed}: {string.Join(", ", r.Select(kv => $"{kv.Key} {kv.Value:F4}"))}");
    }
}, default);
return 0;

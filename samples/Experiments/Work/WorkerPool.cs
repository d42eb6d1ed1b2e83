using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Experiments;

/// <summary>Runs jobs in child processes, some at a time.</summary>
internal static class WorkerPool
{
    /// <param name="jobs">In the order in which they are started.</param>
    /// <param name="count">How many run at a time.</param>
    /// <param name="heard">Is told what each worker says; one call at a time.</param>
    /// <exception cref="WorkerException">A run failed; the others are stopped.</exception>
    public static async Task Run(IReadOnlyList<Job> jobs, int count, Action<Job, Message> heard, CancellationToken cancel)
    {
        var waiting = new ConcurrentQueue<Job>(jobs);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(count, jobs.Count)).Select(async _ =>
        {
            try
            {
                await RunWorker(waiting, heard, stop.Token);
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
        }));
    }

    private static async Task RunWorker(ConcurrentQueue<Job> waiting, Action<Job, Message> heard, CancellationToken cancel)
    {
        using var process = Start();

        // Which ends its output, too, that may else be waited for.
        using var kill = cancel.Register(process.Kill);
        try
        {
            while (waiting.TryDequeue(out var job))
            {
                await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(job).AsMemory(), cancel);
                await process.StandardInput.FlushAsync(cancel);
                Message message;
                do
                {
                    var line = await process.StandardOutput.ReadLineAsync(cancel);
                    cancel.ThrowIfCancellationRequested();
                    if (line is null)
                    {
                        throw new WorkerException($"{job.Experiment}, {job.Variant}, seed {job.Seed}: the worker ended");
                    }

                    message = Message.Parse(line);
                    if (message.Error is { } error)
                    {
                        throw new WorkerException($"{job.Experiment}, {job.Variant}, seed {job.Seed}: {error}");
                    }

                    lock (heard)
                    {
                        heard(job, message);
                    }
                }
                while (message.Result is null);
            }

            process.StandardInput.Close();
            await process.WaitForExitAsync(cancel);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(WorkerPool).Assembly.Location);
        }

        start.ArgumentList.Add(Worker.Command);
        start.Environment["OMP_NUM_THREADS"] = "1";
        return Process.Start(start)!;
    }
}

/// <summary>A run that failed, and how.</summary>
internal sealed class WorkerException(string message) : IOException(message);

using System.Text.Json;
using System.Text.Json.Serialization;
using Quickstart;
using TorchSharp;

namespace Experiments;

/// <summary>What a worker says, a line of JSON each.</summary>
internal sealed record Message(
    double? Progress = null, Point? Point = null, IReadOnlyDictionary<string, double>? Result = null, string? Error = null)
{
    // A network that diverged has a loss that is no number.
    private static readonly JsonSerializerOptions Options = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static Message Parse(string line) => JsonSerializer.Deserialize<Message>(line, Options)!;

    public string ToLine() => JsonSerializer.Serialize(this, Options);
}

/// <summary>A point of a training curve.</summary>
internal sealed record Point(int Epoch, double Loss, double Score);

/// <summary>
/// The child process that trains: it reads a job a line from standard input and answers in lines on standard output.
/// </summary>
/// <remarks>
/// One thread each, and as many workers as there are processors: small networks train faster side by side than on shared
/// threads, and a run's numbers depend neither on how many run beside it nor on their order.
/// </remarks>
internal sealed class Worker(IReadOnlyList<IExperiment> experiments) : IRunLog
{
    /// <summary>The hidden command that starts one.</summary>
    public const string Command = "worker";

    private readonly System.Diagnostics.Stopwatch sinceReport = System.Diagnostics.Stopwatch.StartNew();

    public void Work()
    {
        torch.set_num_threads(1);

        // Ctrl+C in a terminal reaches every process; the parent decides.
        Console.CancelKeyPress += (_, pressed) => pressed.Cancel = true;
        while (Console.In.ReadLine() is { } line)
        {
            var job = JsonSerializer.Deserialize<Job>(line)!;
            try
            {
                using var scope = torch.NewDisposeScope();
                var result = experiments.Single(one => one.Name == job.Experiment).Run(job, this);
                Say(new Message(Result: result));
            }
            catch (Exception e)
            {
                Say(new Message(Error: CommandLine.Remedy(e) ?? e.ToString()));
            }
        }
    }

    public void Progress(double done)
    {
        // Often enough for a bar.
        if (sinceReport.ElapsedMilliseconds > 500)
        {
            sinceReport.Restart();
            Say(new Message(Progress: done));
        }
    }

    public void Epoch(int epoch, double loss, double score) => Say(new Message(Point: new Point(epoch, loss, score)));

    private static void Say(Message message) => Console.Out.WriteLine(message.ToLine());
}

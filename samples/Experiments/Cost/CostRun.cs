using System.Diagnostics;
using MathNet.Numerics.Statistics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>
/// Measures how long a training step of the small VGG takes with a pool, and a prediction, beside the same with MaxPool2d: the two take
/// turns in one process, on one thread.
/// </summary>
internal sealed class CostRun : IExperiment
{
    public const string Step = "training step";
    public const string Prediction = "prediction";

    private const int WarmUp = 8;

    public string Name => "cost";

    /// <summary>Ratios of medians over as many rounds as the settings have epochs; the batch is the training images.</summary>
    public IReadOnlyDictionary<string, double> Run(Job job, IRunLog log)
    {
        var data = ImageData.Load(job.Settings, job.Seed);
        random.manual_seed(job.Seed);
        using var candidate = new Side(data, job);
        using var reference = new Side(data, job with { Variant = PoolChoices.Max });
        for (var round = -WarmUp; round < job.Settings.Epochs; round++)
        {
            var sides = round % 2 == 0 ? (Side[])[candidate, reference] : [reference, candidate];
            foreach (var side in sides)
            {
                side.Measure(isCounted: round >= 0);
            }

            log.Progress((round + 1.0 + WarmUp) / (job.Settings.Epochs + WarmUp));
        }

        return new Dictionary<string, double>
        {
            [Step] = candidate.Steps.Median() / reference.Steps.Median(),
            [Prediction] = candidate.Predictions.Median() / reference.Predictions.Median(),
        };
    }

    /// <summary>A network with one pool, and what its calls took.</summary>
    private sealed class Side : IDisposable
    {
        private readonly Vgg network;
        private readonly Examples batch;
        private readonly Penalties penalties;
        private readonly optim.Optimizer optimizer;

        public Side(Splits data, Job job)
        {
            var choice = PoolChoices.Named(job.Variant);
            network = new Vgg(data, choice, job.Settings.Depth);
            batch = data.Train;
            penalties = choice.Penalties;
            optimizer = optim.Adam(network.parameters());
        }

        public List<double> Steps { get; } = [];

        public List<double> Predictions { get; } = [];

        public void Measure(bool isCounted)
        {
            network.train();
            var step = Time(() =>
            {
                var (_, loss) = penalties.Loss(() => functional.cross_entropy(network.call(batch.Images), batch.Labels));
                optimizer.zero_grad();
                loss.backward();
                _ = optimizer.step();
            });
            network.eval();
            using var noGrad = no_grad();
            var prediction = Time(() => _ = network.call(batch.Images));
            if (isCounted)
            {
                Steps.Add(step);
                Predictions.Add(prediction);
            }
        }

        public void Dispose()
        {
            optimizer.Dispose();
            network.Dispose();
        }

        private static double Time(Action act)
        {
            using var scope = NewDisposeScope();
            var start = Stopwatch.GetTimestamp();
            act();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }
}

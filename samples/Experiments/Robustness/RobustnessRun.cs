using static TorchSharp.torch;

namespace Experiments;

/// <summary>
/// Measures a network that <see cref="ClassifyRun"/> trained, on corrupted images and on sequences of perturbed ones. Nothing is trained.
/// </summary>
internal sealed class RobustnessRun : IExperiment
{
    // Of the test images, at most, and the last of them: the severities were set by a look at errors on the first.
    private const int CorruptedImages = 1000;
    private const int PerturbedImages = 200;

    // The spoiled images are the same for all networks, as ImageNet-C's are: seeds differ in the training alone.
    private const int DrawSeed = 1;

    public string Name => "robustness";

    /// <exception cref="FileNotFoundException">The network has not been trained.</exception>
    public IReadOnlyDictionary<string, double> Run(Job job, IRunLog log)
    {
        var data = ImageData.Load(job.Settings, job.Seed);
        using var network = Load(job, data);
        var result = new Dictionary<string, double>();
        var done = 0;

        var examples = Last(data.Test, CorruptedImages);
        result[RobustnessMetrics.CleanError] = network.Error(examples);
        foreach (var corruption in Corruptions.All)
        {
            Measure(corruption);
            Done();
        }

        var images = Last(data.Test, PerturbedImages).Images;
        foreach (var perturbation in Perturbations.All)
        {
            result[RobustnessMetrics.Flips(perturbation.Name)] = perturbation.FlipProbability(images, network.Classify, DrawSeed);
            Done();
        }

        result[RobustnessMetrics.ShiftConsistency] = ShiftConsistency.Of(images, network.Classify);
        return result;

        void Measure(Corruption corruption)
        {
            var sum = 0.0;
            for (var severity = 1; severity <= Corruption.Levels; severity++)
            {
                using var scope = NewDisposeScope();
                var error = network.Error(examples with { Images = corruption.Apply(examples.Images, severity, DrawSeed) });
                result[RobustnessMetrics.Error(corruption.Name, severity)] = error;
                sum += error;
            }

            result[RobustnessMetrics.Error(corruption.Name)] = sum / Corruption.Levels;
        }

        void Done() => log.Progress((double)++done / (Corruptions.All.Count + Perturbations.All.Count));
    }

    private static Examples Last(Examples examples, int most)
    {
        var count = Math.Min(most, examples.Count);
        return examples.Narrow(examples.Count - count, count);
    }

    private static Vgg Load(Job job, Splits data)
    {
        var file = ModelFiles.Path(job.Settings, job.Variant, job.Seed);
        if (!File.Exists(file))
        {
            throw new FileNotFoundException($"{file}: there is no trained network; classify trains it");
        }

        var network = new Vgg(data, PoolChoices.Named(job.Variant), job.Settings.Depth);
        ModelFiles.Load(network, file);
        return network;
    }
}

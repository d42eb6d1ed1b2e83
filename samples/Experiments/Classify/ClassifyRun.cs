using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>Trains the small VGG with one pool and measures its accuracy.</summary>
internal sealed class ClassifyRun : IExperiment
{
    private const int BatchSize = 100;

    // Of the validation images, after each epoch.
    private const int CurveExamples = 2000;

    public string Name => "classify";

    public IReadOnlyDictionary<string, double> Run(Job job, IRunLog log)
    {
        var choice = PoolChoices.Named(job.Variant);
        var data = ImageData.Load(job.Settings, job.Seed);
        random.manual_seed(job.Seed);
        using var network = new Vgg(data, choice, job.Settings.Depth);
        Train(network, data, choice, job, log);
        ModelFiles.Save(network, ModelFiles.Path(job.Settings, job.Variant, job.Seed));
        return new Dictionary<string, double>
        {
            ["validation accuracy"] = network.Accuracy(data.Validation),
            ["test accuracy"] = network.Accuracy(data.Test),
            ["scale before pools"] = network.ScaleBeforePools(),
            ["parameters"] = network.parameters().Sum(weight => weight.numel()),
        };
    }

    private static void Train(Vgg network, Splits data, PoolChoice choice, Job job, IRunLog log)
    {
        random.manual_seed(job.Seed);
        var curve = data.Validation.Narrow(0, Math.Min(CurveExamples, data.Validation.Count));
        Training.Run(
            network, data.Train.Count, BatchSize, job, log,
            chosen => choice.Penalties.Loss(() => Loss(network, data.Train.Take(chosen))),
            () => network.Accuracy(curve));
    }

    private static Tensor Loss(Vgg network, Examples batch) => functional.cross_entropy(network.call(batch.Images), batch.Labels);
}

using LiftPool;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>Trains the small VGG with one pool and measures its accuracy.</summary>
internal sealed class ClassifyRun : IExperiment
{
    private const int BatchSize = 100;

    // Of the validation images, after each epoch.
    private const int CurveExamples = 2000;

    private static readonly Scalar One = 1f;

    public string Name => "classify";

    public IReadOnlyDictionary<string, double> Run(Job job, IRunLog log)
    {
        var choice = PoolChoices.All.Single(one => one.Name == job.Variant);
        var data = ImageData.Load(job.Settings, job.Seed);
        random.manual_seed(job.Seed);
        using var network = NewNetwork(data.Train, data.Classes, choice);
        Train(network, data, choice, job, log);
        var file = ModelFiles.Path(job.Settings, job.Variant, job.Seed);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        network.save(file);
        return new Dictionary<string, double>
        {
            ["validation accuracy"] = Accuracy(network, data.Validation),
            ["test accuracy"] = Accuracy(network, data.Test),
            ["scale before pools"] = network.ScaleBeforePools(),
            ["parameters"] = network.parameters().Sum(weight => weight.numel()),
        };
    }

    private static Vgg NewNetwork(Examples examples, int classes, PoolChoice choice)
        => new((int)examples.Images.size(1), (int)examples.Images.size(2), classes, choice);

    private static void Train(Vgg network, Splits data, PoolChoice choice, Job job, IRunLog log)
    {
        random.manual_seed(job.Seed);
        var curve = data.Validation.Narrow(0, Math.Min(CurveExamples, data.Validation.Count));
        Training.Run(
            network, data.Train.Count, BatchSize, job, log,
            chosen => Losses(network, data.Train.Take(chosen), choice),
            () => Accuracy(network, curve));
    }

    private static (Tensor Task, Tensor Whole) Losses(Vgg network, Examples batch, PoolChoice choice)
    {
        using var penalty = new LiftRegularizer(choice.LambdaU, choice.LambdaP, choice.Norm);
        using var ownPenalty = new StepPenalties();
        var task = functional.cross_entropy(network.call(batch.Images), batch.Labels);
        return (task, ownPenalty.AddTo(task.add(penalty.loss(), One), choice.LambdaU, choice.LambdaP));
    }

    private static double Accuracy(Vgg network, Examples data)
    {
        network.eval();
        using var noGrad = no_grad();
        long right = 0;
        for (long start = 0; start < data.Count; start += BatchSize)
        {
            using var scope = NewDisposeScope();
            var batch = data.Narrow(start, Math.Min(BatchSize, data.Count - start));
            right += network.call(batch.Images).argmax(1).eq(batch.Labels).sum().item<long>();
        }

        return (double)right / data.Count;
    }
}

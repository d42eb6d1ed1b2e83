using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>Trains the small SegNet with one pair of pools and measures its label maps, the more closely at boundaries.</summary>
internal sealed class SegmentRun : IExperiment
{
    private const int BatchSize = 8;

    // Of the validation scenes, after each epoch.
    private const int CurveScenes = 100;

    public string Name => "segment";

    public IReadOnlyDictionary<string, double> Run(Job job, IRunLog log)
    {
        var choice = PairChoice.All.Single(one => one.Name == job.Variant);
        var data = SceneData.Compose(job);
        random.manual_seed(job.Seed);
        using var network = new SegNet(Scenes.Classes, choice, job.Settings.Depth + 1);
        Train(network, choice, data, job, log);

        var validation = Measure(network, data.Validation);
        var test = Measure(network, data.Test);
        SegmentMaps.Save(job, data.Test, scenes => Label(network, scenes));
        var training = Measure(network, data.Train.Narrow(0, Math.Min(data.Train.Count, data.Validation.Count)));
        var result = new Dictionary<string, double>
        {
            ["training mIoU"] = training.Everywhere.MeanIoU(),
            ["validation mIoU"] = validation.Everywhere.MeanIoU(),
            ["test mIoU"] = test.Everywhere.MeanIoU(),
            ["test pixel accuracy"] = test.Everywhere.Accuracy(),
            ["validation boundary mIoU"] = validation.AtBoundaries.MeanIoU(),
            ["test boundary mIoU"] = test.AtBoundaries.MeanIoU(),
            ["parameters"] = network.parameters().Sum(weight => weight.numel()),
        };
        foreach (var (label, name) in Scenes.Names.Index())
        {
            if (validation.Everywhere.IoU(label) is { } ratio)
            {
                result[SegmentChapter.IoU(name)] = ratio;
            }
        }

        return result;
    }

    private static void Train(SegNet network, PairChoice choice, Splits data, Job job, IRunLog log)
    {
        random.manual_seed(job.Seed);
        var curve = data.Validation.Narrow(0, Math.Min(CurveScenes, data.Validation.Count));
        Training.Run(
            network, data.Train.Count, BatchSize, job, log,
            chosen => choice.Penalties.Loss(() => Loss(network, data.Train.Take(chosen))),
            () => Measure(network, curve).Everywhere.MeanIoU());
    }

    private static Tensor Loss(SegNet network, Examples batch)
        => functional.cross_entropy(network.call(batch.Images), batch.Labels.to(ScalarType.Int64));

    private static SegmentScore Measure(SegNet network, Examples data)
    {
        var score = new SegmentScore(Scenes.Classes, Scenes.Side);
        for (long start = 0; start < data.Count; start += BatchSize)
        {
            using var scope = NewDisposeScope();
            var batch = data.Narrow(start, Math.Min(BatchSize, data.Count - start));
            var truth = batch.Labels.contiguous().data<byte>().ToArray();
            var given = Label(network, batch.Images);
            foreach (var scene in Enumerable.Range(0, batch.Count))
            {
                score.Add(Scene(truth, scene), Scene(given, scene));
            }
        }

        return score;

        static ReadOnlySpan<byte> Scene(byte[] maps, int scene)
            => maps.AsSpan(scene * Scenes.Side * Scenes.Side, Scenes.Side * Scenes.Side);
    }

    private static byte[] Label(SegNet network, Tensor images)
    {
        network.eval();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return network.call(images).argmax(1).to(ScalarType.Byte).data<byte>().ToArray();
    }
}

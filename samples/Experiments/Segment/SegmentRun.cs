using LiftPool;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>Trains the small SegNet with one pair of pools and measures its label maps, the more closely at boundaries.</summary>
internal sealed class SegmentRun : IExperiment
{
    private const int BatchSize = 8;
    private const double LearningRate = 3e-3;

    // Of the validation scenes, after each epoch.
    private const int CurveScenes = 100;

    private static readonly Scalar One = 1f;

    public string Name => "segment";

    public IReadOnlyDictionary<string, double> Run(Job job, IRunLog log)
    {
        var choice = PairChoice.All.Single(one => one.Name == job.Variant);
        var data = SceneData.Compose(job);
        random.manual_seed(job.Seed);
        using var network = new SegNet(Scenes.Classes, choice);
        Train(network, choice, data, job, log);

        var validation = Measure(network, data.Validation);
        var test = Measure(network, data.Test);
        SegmentMaps.Save(job, data.Test, scenes => Label(network, scenes));
        return new Dictionary<string, double>
        {
            ["validation mIoU"] = validation.Everywhere.MeanIoU(),
            ["test mIoU"] = test.Everywhere.MeanIoU(),
            ["test pixel accuracy"] = test.Everywhere.Accuracy(),
            ["validation boundary mIoU"] = validation.AtBoundaries.MeanIoU(),
            ["test boundary mIoU"] = test.AtBoundaries.MeanIoU(),
            ["parameters"] = network.parameters().Sum(weight => weight.numel()),
        };
    }

    private static void Train(SegNet network, PairChoice choice, Splits data, Job job, IRunLog log)
    {
        random.manual_seed(job.Seed);
        var epochs = job.Settings.Epochs;
        var batches = (data.Train.Count + BatchSize - 1) / BatchSize;
        using var optimizer = optim.Adam(network.parameters(), lr: LearningRate);
        var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * batches);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            network.train();
            using var scope = NewDisposeScope();
            var order = randperm(data.Train.Count);
            var loss = 0.0;
            for (var batch = 0; batch < batches; batch++)
            {
                var start = batch * BatchSize;
                loss += Step(network, choice, optimizer, data.Train, order.narrow(0, start, Math.Min(BatchSize, data.Train.Count - start)));
                schedule.step();
                log.Progress(((double)epoch + ((double)(batch + 1) / batches)) / epochs);
            }

            var curve = data.Validation.Narrow(0, Math.Min(CurveScenes, data.Validation.Count));
            log.Epoch(epoch + 1, loss / batches, Measure(network, curve).Everywhere.MeanIoU());
        }
    }

    private static double Step(SegNet network, PairChoice choice, optim.Optimizer optimizer, Examples data, Tensor chosen)
    {
        using var scope = NewDisposeScope();
        var batch = data.Take(chosen);
        using var penalty = new LiftRegularizer(choice.LambdaU, choice.LambdaP);
        var task = functional.cross_entropy(network.call(batch.Images), batch.Labels.to(ScalarType.Int64));
        var loss = task.add(penalty.loss(), One);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        return task.item<float>();
    }

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

using System.Diagnostics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Quickstart;

/// <param name="Accuracy">Share of the test images whose class was found.</param>
/// <param name="SecondsPerEpoch">Training alone, without the test.</param>
/// <param name="Parameters">Number of weights.</param>
internal sealed record Result(double Accuracy, double SecondsPerEpoch, long Parameters);

internal static class Training
{
    private const int BatchSize = 100;

    /// <param name="seed">Of the order of the images: the same for every network.</param>
    /// <param name="report">Is told after each batch how many are done.</param>
    public static Result Run(
        Module<Tensor, Tensor> network, FashionMnist data, int epochs, int seed, Action<long> report, CancellationToken cancel)
    {
        random.manual_seed(seed);
        using var optimizer = optim.Adam(network.parameters(), lr: 3e-3);
        var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * Batches(data.Train));
        var clock = new Stopwatch();
        var done = 0L;
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            network.train();
            clock.Start();
            using var order = randperm(data.Train.Count);
            for (long start = 0; start < data.Train.Count; start += BatchSize)
            {
                cancel.ThrowIfCancellationRequested();
                Step(network, optimizer, data.Train, order, start);
                schedule.step();
                report(++done);
            }

            clock.Stop();
        }

        return new Result(
            Accuracy(network, data.Test),
            clock.Elapsed.TotalSeconds / epochs,
            network.parameters().Sum(weight => weight.numel()));
    }

    public static long Batches(Split split) => (split.Count + BatchSize - 1) / BatchSize;

    private static void Step(
        Module<Tensor, Tensor> network, optim.Optimizer optimizer, Split split, Tensor order, long start)
    {
        // Everything made in here, the graph included, is freed at the end of each step.
        using var scope = NewDisposeScope();
        var chosen = order.narrow(0, start, Math.Min(BatchSize, split.Count - start));
        var images = split.Images.index_select(0, chosen);
        var labels = split.Labels.index_select(0, chosen);

        // By the task's loss alone: the paper's penalties, a LiftRegularizer, cost accuracy in such networks (docs/results.md).
        var loss = functional.cross_entropy(network.call(images), labels);

        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
    }

    private static double Accuracy(Module<Tensor, Tensor> network, Split split)
    {
        network.eval();
        using var noGrad = no_grad();
        long right = 0;
        for (long start = 0; start < split.Count; start += BatchSize)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(BatchSize, split.Count - start);
            var scores = network.call(split.Images.narrow(0, start, count));
            right += scores.argmax(1).eq(split.Labels.narrow(0, start, count)).sum().item<long>();
        }

        return (double)right / split.Count;
    }
}

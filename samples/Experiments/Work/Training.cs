using static TorchSharp.torch;

namespace Experiments;

/// <summary>The training loop of every experiment: Adam, whose rate falls to zero along a cosine, over batches in an order of the seed's.</summary>
internal static class Training
{
    private const double LearningRate = 3e-3;

    /// <param name="count">Number of training examples.</param>
    /// <param name="losses">Of the examples with these numbers [B]: the task's alone, which the curve shows, and with penalties.</param>
    /// <param name="score">On validation examples, after each epoch.</param>
    public static void Run(
        nn.Module<Tensor, Tensor> network, int count, int batchSize, Job job, IRunLog log, Func<Tensor, (Tensor Task, Tensor Whole)> losses, Func<double> score)
    {
        var epochs = job.Settings.Epochs;
        var batches = (count + batchSize - 1) / batchSize;
        using var optimizer = optim.Adam(network.parameters(), lr: LearningRate);
        var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * batches);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            network.train();
            using var scope = NewDisposeScope();
            var order = randperm(count);
            var sum = 0.0;
            for (var batch = 0; batch < batches; batch++)
            {
                var start = batch * batchSize;
                sum += Step(optimizer, () => losses(order.narrow(0, start, Math.Min(batchSize, count - start))));
                schedule.step();
                log.Progress((epoch + ((batch + 1.0) / batches)) / epochs);
            }

            log.Epoch(epoch + 1, sum / batches, score());
        }
    }

    private static double Step(optim.Optimizer optimizer, Func<(Tensor Task, Tensor Whole)> losses)
    {
        using var scope = NewDisposeScope();
        var (task, whole) = losses();
        optimizer.zero_grad();
        whole.backward();
        optimizer.step();
        return task.item<float>();
    }
}

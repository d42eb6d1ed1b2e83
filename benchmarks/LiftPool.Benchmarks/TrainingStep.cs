namespace LiftPool.Benchmarks;

/// <summary>The small VGG with one kind of pool, and a training step of it on images of noise.</summary>
internal sealed class TrainingStep : IDisposable
{
    // Few enough to see several dozen steps of every side in a minute, enough for the pools to be worth two threads.
    private const int Batch = 64;

    private readonly SmallVgg network;
    private readonly optim.Optimizer optimizer;
    private readonly Tensor images = randn(Batch, 3, SmallVgg.Side, SmallVgg.Side);
    private readonly Tensor labels = randint(0, SmallVgg.Classes, [Batch], ScalarType.Int64);

    public TrainingStep(PoolKind kind)
    {
        network = new SmallVgg(channels => Pools.New(kind, axes: 2, channels));

        // The momentum keeps the weights' neighbours in memory, as training does.
        optimizer = optim.SGD(network.parameters(), learningRate: 0.01, momentum: 0.9);
    }

    public void Run()
    {
        using var scope = NewDisposeScope();
        var loss = functional.cross_entropy(network.call(images), labels);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
    }

    public void Dispose()
    {
        optimizer.Dispose();
        network.Dispose();
        images.Dispose();
        labels.Dispose();
    }
}

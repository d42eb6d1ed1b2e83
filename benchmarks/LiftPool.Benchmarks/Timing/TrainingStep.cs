namespace LiftPool.Benchmarks;

/// <summary>The small VGG with one kind of pool, and a training step of it on images or volumes of noise.</summary>
internal sealed class TrainingStep : IDisposable
{
    // Few enough to see several dozen steps of every side in a minute, enough for the pools to be worth two threads.
    public static readonly Shape Images = new(64, SmallVgg.Colours(2), SmallVgg.Side, SmallVgg.Side);
    public static readonly Shape Volumes = new(4, SmallVgg.Colours(3), SmallVgg.Side, SmallVgg.Side, SmallVgg.Side);

    private readonly SmallVgg network;
    private readonly optim.Optimizer optimizer;
    private readonly Tensor input;
    private readonly Tensor labels;

    public TrainingStep(PoolKind kind, Shape shape)
    {
        network = new SmallVgg(shape.Axes, channels => Pools.New(kind, shape.Axes, channels));
        input = randn(shape.Size);
        labels = randint(0, SmallVgg.Classes, [shape.Size[0]], ScalarType.Int64);

        // The momentum keeps the weights' neighbours in memory, as training does.
        optimizer = optim.SGD(network.parameters(), learningRate: 0.01, momentum: 0.9);
    }

    public void Run()
    {
        using var scope = NewDisposeScope();
        var loss = functional.cross_entropy(network.call(input), labels);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
    }

    public void Dispose()
    {
        optimizer.Dispose();
        network.Dispose();
        input.Dispose();
        labels.Dispose();
    }
}

namespace LiftPool.Tests.PyTorch;

/// <summary>
/// <c>[N, 1, H, W] -> [N, 10]</c>: the twin of <c>Network</c> in samples/PyTorch/network.py. Its fields have the Python attributes' names,
/// so that the state dicts' keys are the same.
/// </summary>
internal sealed class Network : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> conv1 = nn.Conv2d(1, 16, 3, padding: 1);
    private readonly nn.Module<Tensor, Tensor> norm1 = nn.BatchNorm2d(16);
    private readonly LiftDownPool2d pool1 = new(channels: 16);
    private readonly LiftUpPool2d up1;
    private readonly LiftDownPool2d wavelet = new(LiftingScheme.Wavelet(Wavelet.Cdf97), Bands2d.LL);
    private readonly nn.Module<Tensor, Tensor> conv2 = nn.Conv2d(16, 32, 3, padding: 1);
    private readonly nn.Module<Tensor, Tensor> norm2 = nn.BatchNorm2d(32);

    private readonly LiftDownPool2d pool2 = new(
        LiftingScheme.MaxLifting(learnable: true, channels: 32, kernel_size: 3),
        reduction: BandReduction.LearnedMagnitude,
        dense_max: DenseMax.Ahead);

    private readonly nn.Module<Tensor, Tensor> head = nn.Linear(16 + 32, 10);

    internal Network()
        : base(nameof(Network))
    {
        up1 = new LiftUpPool2d(pool1);
        RegisterComponents();
    }

    internal LiftDownPool2d Pool => pool1;

    internal LiftUpPool2d Up => up1;

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (x, bands) = pool1.call_with_bands(norm1.call(conv1.call(input)).relu());
        var smooth = wavelet.call(up1.call(x, bands));
        x = pool2.call(norm2.call(conv2.call(x)).relu());
        return head.call(cat([smooth.mean([2, 3]), x.mean([2, 3])], 1)).MoveToOuterDisposeScope();
    }

    /// <summary>The same numbers in both languages.</summary>
    internal static Tensor KnownInput(int count = 4, int height = 14, int width = 11)
        => arange(count * height * width, ScalarType.Float64).mul(0.37).sin().to(ScalarType.Float32).reshape(count, 1, height, width);

    /// <summary>What it predicts of the known input, in evaluation mode from then on.</summary>
    internal float[] Predictions()
    {
        eval();
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        return [.. forward(KnownInput()).data<float>()];
    }

    /// <summary>A network after some steps of Adam, so that nothing is as a new one has it, in evaluation mode.</summary>
    internal static Network Trained()
    {
        var network = new Network();
        using var optimizer = optim.Adam(network.parameters(), lr: 0.01);
        for (var step = 0; step < 10; step++)
        {
            using var scope = NewDisposeScope();
            using var penalty = new LiftRegularizer();
            var (images, labels) = (randn(16, 1, 14, 11), randint(10, 16));
            var loss = nn.functional.cross_entropy(network.call(images), labels) + penalty.loss();
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
        }

        network.eval();
        return network;
    }
}

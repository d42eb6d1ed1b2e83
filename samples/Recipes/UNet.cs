// Labels every pixel of noisy scenes: background, disc or ring.
using LiftPool;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

internal sealed class UNet : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> encoder, inner, decoder;
    private readonly LiftDownPool2d down;
    private readonly LiftUpPool2d up;

    public UNet(int input, int channels, int output, Module<Tensor, Tensor> inner) : base("UNet")
    {
        (encoder, decoder) = (Block(input, channels), Block(2 * channels, output));
        (down, this.inner) = (new LiftDownPool2d(channels), inner);
        up = new LiftUpPool2d(down);    // shares down's weights
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var skip = encoder.call(x);
        var (half, bands) = down.call_with_bands(skip);
        var whole = up.call(inner.call(half), bands);
        return decoder.call(cat([whole, skip], 1)).MoveToOuterDisposeScope();
    }

    private static Module<Tensor, Tensor> Block(int input, int output) =>
        Sequential(Conv2d(input, output, 3, padding: 1), BatchNorm2d(output), ReLU());

    public static void Main()
    {
        manual_seed(1);
        var levels = new UNet(1, 16, 16, inner: new UNet(16, 32, 16, inner: Block(32, 32)));
        using var network = Sequential(levels, Conv2d(16, 3, 1));
        using var optimizer = optim.Adam(network.parameters(), lr: 3e-3);
        for (var i = 0; i < 120; i++)
        {
            using var step = NewDisposeScope();     // frees what a step makes
            var (images, labels) = Scenes(12);
            optimizer.zero_grad();
            functional.cross_entropy(network.call(images), labels).backward();
            optimizer.step();
        }
        using var noGrad = no_grad();
        var (unseen, truth) = Scenes(50);
        network.eval();
        var right = network.call(unseen).argmax(1).eq(truth)[truth > 0].to(float32).mean();
        Console.WriteLine($"right: {right.item<float>():P1} of the shapes' pixels");
    }

    private static (Tensor Images, Tensor Labels) Scenes(int count)
    {
        var (y, x) = (arange(31).view(31, 1), arange(45));      // odd sizes, too
        Tensor Away() => hypot(y - (31 * rand(count, 1, 1)), x - (45 * rand(count, 1, 1)));
        var labels = maximum((Away() < 8).to(int64), 2 * ((Away() - 8).abs() < 1.5).to(int64));
        return ((labels.gt(0) + (0.3 * randn(count, 31, 45))).unsqueeze(1), labels);
    }
}

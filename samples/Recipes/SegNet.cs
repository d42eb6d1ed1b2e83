// Labels every pixel of noisy drawings: background, or a line across or down, one pixel thin.
using LiftPool;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

internal sealed class SegNet : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> encoder, inner, decoder;
    private readonly LiftDownPool2d down;
    private readonly LiftUpPool2d up;

    public SegNet(int input, int channels, int output, Module<Tensor, Tensor> inner) : base("Level")
    {
        (encoder, decoder) = (Block(input, channels), Block(channels, output));
        (down, this.inner) = (new LiftDownPool2d(channels), inner);
        up = new LiftUpPool2d(down);    // shares down's weights
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (half, bands) = down.call_with_bands(encoder.call(x));
        var whole = up.call(inner.call(half), bands);
        return decoder.call(whole).MoveToOuterDisposeScope();
    }

    private static Module<Tensor, Tensor> Block(int input, int output) =>
        Sequential(Conv2d(input, output, 3, padding: 1), BatchNorm2d(output), ReLU());

    public static void Main()
    {
        manual_seed(1);
        var levels = new SegNet(1, 16, 16, inner: new SegNet(16, 32, 16, inner: Block(32, 32)));
        using var network = Sequential(levels, Conv2d(16, 3, 1));
        using var optimizer = optim.Adam(network.parameters(), lr: 1e-2);
        for (var i = 0; i < 60; i++)
        {
            using var step = NewDisposeScope();     // frees what a step makes
            var (images, labels) = Drawings(8);
            optimizer.zero_grad();
            functional.cross_entropy(network.call(images), labels).backward();
            optimizer.step();
        }

        using var noGrad = no_grad();
        var (unseen, truth) = Drawings(50);
        network.eval();
        var right = network.call(unseen).argmax(1).eq(truth).to(float32);
        Console.WriteLine($"right: {right.mean().item<float>():P1} of all pixels");
        Console.WriteLine($"right: {right[truth > 0].mean().item<float>():P1} of the lines'");
    }

    private static (Tensor Images, Tensor Labels) Drawings(int count)
    {
        var (across, down) = (rand(count, 48, 1) < 0.06, rand(count, 1, 48) < 0.06);
        var labels = maximum(across.to(int64), 2 * down.to(int64));
        return ((labels.gt(0) + (0.5 * randn(count, 48, 48))).unsqueeze(1), labels);
    }
}

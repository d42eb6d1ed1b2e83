namespace LiftPool.Benchmarks;

/// <summary>
/// Three stages of two convolutions, each with batch norm, and a given pool; ten classes. For 32 x 32 images.
/// </summary>
internal sealed class SmallVgg : Module<Tensor, Tensor>
{
    public const int Side = 32;
    public const int Classes = 10;

    // Multiples of 16: on processors that hide their cache sizes LibTorch 2.10 computes some float32
    // convolutions between other channel counts wrongly (see the README's troubleshooting).
    private static readonly int[] Widths = [32, 64, 128];

    private readonly Module<Tensor, Tensor> features;
    private readonly Module<Tensor, Tensor> head;

    /// <param name="pool">Makes a pool that halves height and width, given its number of channels.</param>
    public SmallVgg(Func<int, Module<Tensor, Tensor>> pool)
        : base(nameof(SmallVgg))
    {
        List<Module<Tensor, Tensor>> layers = [];
        var channels = 3;
        foreach (var width in Widths)
        {
            layers.AddRange([.. Convolution(channels, width), .. Convolution(width, width), pool(width)]);
            channels = width;
        }

        features = Sequential(layers);
        var side = Side >> Widths.Length;
        head = Sequential(Flatten(), Linear(channels * side * side, Classes));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return head.call(features.call(x)).MoveToOuterDisposeScope();
    }

    private static Module<Tensor, Tensor>[] Convolution(int input, int output) =>
        [Conv2d(input, output, kernel_size: 3, padding: 1, bias: false), BatchNorm2d(output), ReLU()];
}

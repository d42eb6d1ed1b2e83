namespace LiftPool.Benchmarks;

/// <summary>
/// Three stages of two convolutions, each with batch norm, and a given pool; ten classes. For images of 32 x 32 in three colours,
/// or volumes of 32 x 32 x 32 in one.
/// </summary>
internal sealed class SmallVgg : Module<Tensor, Tensor>
{
    public const int Side = 32;
    public const int Classes = 10;

    // Multiples of 16: on processors that hide their cache sizes LibTorch 2.10 computes some float32
    // convolutions between other channel counts wrongly (see docs/troubleshooting.md).
    private static readonly int[] PlaneWidths = [32, 64, 128];
    private static readonly int[] VolumeWidths = [16, 32, 64];

    private readonly Module<Tensor, Tensor> features;
    private readonly Module<Tensor, Tensor> head;

    /// <param name="axes">Two or three.</param>
    /// <param name="pool">Makes a pool that halves every spatial axis, given its number of channels.</param>
    public SmallVgg(int axes, Func<int, Module<Tensor, Tensor>> pool)
        : base(nameof(SmallVgg))
    {
        List<Module<Tensor, Tensor>> layers = [];
        var channels = Colours(axes);
        var widths = axes == 2 ? PlaneWidths : VolumeWidths;
        foreach (var width in widths)
        {
            layers.AddRange([.. Convolution(axes, channels, width), .. Convolution(axes, width, width), pool(width)]);
            channels = width;
        }

        features = Sequential(layers);
        var left = Enumerable.Repeat(Side >> widths.Length, axes).Aggregate(channels, (product, side) => product * side);
        head = Sequential(Flatten(), Linear(left, Classes));
        RegisterComponents();
    }

    /// <summary>The input's channels.</summary>
    public static int Colours(int axes) => axes == 2 ? 3 : 1;

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return head.call(features.call(x)).MoveToOuterDisposeScope();
    }

    private static Module<Tensor, Tensor>[] Convolution(int axes, int input, int output) => axes == 2
        ? [Conv2d(input, output, kernel_size: 3, padding: 1, bias: false), BatchNorm2d(output), ReLU()]
        : [Conv3d(input, output, kernel_size: 3, padding: 1, bias: false), BatchNorm3d(output), ReLU()];
}

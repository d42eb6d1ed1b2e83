using TorchSharp;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>What spoils an image that is then to be restored.</summary>
/// <param name="Name">As it stands in the tables.</param>
/// <param name="Spoil">Makes the input out of crops [N, 1, H, W]; what is random in it comes from the generator, or the global one.</param>
internal sealed record Degradation(string Name, Func<Tensor, Generator?, Tensor> Spoil)
{
    private const double NoiseLevel = 25.0 / 255;

    private static readonly Scalar Noise = NoiseLevel;

    public static IReadOnlyList<Degradation> All { get; } =
    [
        new("denoise", AddNoise),
        new("super-resolution", (crops, _) => Coarsen(crops)),
    ];

    /// <summary>Gaussian noise of standard deviation 25/255, not cut off at black and white.</summary>
    private static Tensor AddNoise(Tensor crops, Generator? generator)
    {
        using var scope = NewDisposeScope();
        return crops.add(randn(crops.shape, generator: generator).mul(Noise)).MoveToOuterDisposeScope();
    }

    /// <summary>The means of 2 x 2 pixels, brought back to size by bicubic interpolation (a = -0.75, as everywhere in LibTorch).</summary>
    private static Tensor Coarsen(Tensor crops)
    {
        using var scope = NewDisposeScope();
        var small = nn.functional.avg_pool2d(crops, kernel_size: 2);
        return nn.functional.interpolate(small, [crops.size(2), crops.size(3)], mode: InterpolationMode.Bicubic, align_corners: false)
            .MoveToOuterDisposeScope();
    }
}

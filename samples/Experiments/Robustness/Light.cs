using TorchSharp;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>Contrast and brightness of images [N, C, H, W] in 0..1.</summary>
internal static class Light
{
    private static readonly Scalar Zero = 0f;
    private static readonly Scalar One = 1f;

    // Smaller than any grey of eight bits: what is darker is black, which has no hue to keep.
    private static readonly Scalar Black = 1e-4f;

    /// <summary><c>mean + share * (x - mean)</c> with the mean of each channel of each image.</summary>
    public static Tensor Contrast(Tensor images, double share)
    {
        using var scope = NewDisposeScope();
        using var factor = share.ToScalar();
        var mean = images.mean([2, 3], keepdim: true);
        return mean.add(images.sub(mean), factor).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Adds to the value v of hue, saturation and value, which is the largest channel, and keeps it in 0..1:
    /// <c>x * clamp(v + added) / v</c>. Grey images become <c>clamp(x + added)</c>.
    /// </summary>
    /// <param name="added">Below 0 for darker images.</param>
    public static Tensor Brightness(Tensor images, double added)
    {
        using var scope = NewDisposeScope();
        using var offset = added.ToScalar();
        var value = images.amax([1], keepdim: true);
        var brighter = value.add(offset).clamp(Zero, One);
        var black = value.lt(Black);
        var scaled = images.mul(brighter.div(value.masked_fill(black, One)));
        return where(black, brighter, scaled).MoveToOuterDisposeScope();
    }
}

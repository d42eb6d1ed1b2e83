using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>What hides parts of images [N, C, H, W]: coarse pixels, and a square before them.</summary>
internal static class Cover
{
    private static readonly Scalar MidGrey = 0.5f;

    /// <summary>
    /// Gives the pixels of each square their mean. Squares at the right and lower border are cut off where the image ends.
    /// </summary>
    /// <param name="side">Of the squares, in pixels.</param>
    public static Tensor Pixelate(Tensor images, int side)
    {
        using var scope = NewDisposeScope();
        var means = functional.avg_pool2d(images, side, ceil_mode: true);
        return means.repeat_interleave(side, 2).repeat_interleave(side, 3)
            .narrow(2, 0, images.size(2)).narrow(3, 0, images.size(3)).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Lays a mid-grey square over each image, at a place that is drawn.</summary>
    /// <param name="share">Its side, of the image's.</param>
    public static Tensor Occlude(Tensor images, double share, Generator draw)
    {
        using var scope = NewDisposeScope();
        var across = Covered(images.size(3), share, images.size(0), draw).unsqueeze(1);
        var down = Covered(images.size(2), share, images.size(0), draw).unsqueeze(2);
        return images.masked_fill(across.logical_and(down).unsqueeze(1), MidGrey).MoveToOuterDisposeScope();
    }

    /// <summary>Which places of an axis lie behind the square, [N, length].</summary>
    private static Tensor Covered(long length, double share, long count, Generator draw)
    {
        using var side = Part(length, share).ToScalar();
        using var starts = (length - Part(length, share) + 1).ToScalar();
        var start = rand([count, 1], ScalarType.Float64, generator: draw).mul(starts).floor();
        var place = arange(length, ScalarType.Float64).unsqueeze(0);
        return place.ge(start).logical_and(place.lt(start.add(side)));
    }

    private static long Part(long length, double share) => (long)Math.Round(length * share);
}

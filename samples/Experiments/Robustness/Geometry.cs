using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>
/// Images [N, C, H, W] moved and bent, with bilinear interpolation. Each takes its pixel at (x, y), from the image's
/// centre in pixels to the right and down, from elsewhere; beyond the border the outermost pixels go on.
/// </summary>
internal static class Geometry
{
    // Of the Gaussian that smooths random shifts, in pixels: bends a third of a small image wide.
    private const double ElasticDeviation = 4;

    private static readonly Scalar Half = 0.5;

    /// <summary>Turns each image about its centre, counterclockwise as it is seen: from (x cos - y sin, x sin + y cos).</summary>
    /// <param name="angles">In radians, [N, 1, 1] or [1, 1, 1], float64.</param>
    public static Tensor Rotate(Tensor images, Tensor angles)
    {
        using var scope = NewDisposeScope();
        var (x, y) = Places(images);
        var (cosine, sine) = (angles.cos(), angles.sin());
        return Sample(images, x.mul(cosine).sub(y.mul(sine)), x.mul(sine).add(y.mul(cosine))).MoveToOuterDisposeScope();
    }

    /// <summary>Turns all images by the same angle.</summary>
    public static Tensor Rotate(Tensor images, double degrees)
    {
        using var scope = NewDisposeScope();
        return Rotate(images, full([1, 1, 1], double.DegreesToRadians(degrees), ScalarType.Float64)).MoveToOuterDisposeScope();
    }

    /// <summary>Turns each image by this angle one way or the other, which is drawn.</summary>
    public static Tensor RotateEitherWay(Tensor images, double degrees, Generator draw)
    {
        using var scope = NewDisposeScope();
        using var radians = double.DegreesToRadians(degrees).ToScalar();
        var way = rand([images.size(0), 1, 1], ScalarType.Float64, generator: draw).sub(Half).sign();
        return Rotate(images, way.mul(radians)).MoveToOuterDisposeScope();
    }

    /// <summary>Magnifies about the centre: from (x, y) / factor.</summary>
    public static Tensor Scale(Tensor images, double factor)
    {
        using var scope = NewDisposeScope();
        using var divisor = factor.ToScalar();
        var (x, y) = Places(images);
        return Sample(images, x.div(divisor), y.div(divisor)).MoveToOuterDisposeScope();
    }

    /// <summary>Moves each image to the right and down: from (x - right, y - down).</summary>
    /// <param name="right">In pixels, [N, 1, 1], float64.</param>
    /// <param name="down">In pixels, [N, 1, 1], float64.</param>
    public static Tensor Shift(Tensor images, Tensor right, Tensor down)
    {
        using var scope = NewDisposeScope();
        var (x, y) = Places(images);
        return Sample(images, x.sub(right), y.sub(down)).MoveToOuterDisposeScope();
    }

    /// <summary>Moves all images by whole pixels, without interpolation.</summary>
    public static Tensor Shift(Tensor images, int right, int down)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (images.size(2), images.size(3));
        var (x, y) = (Math.Abs(right), Math.Abs(down));
        return functional.pad(images, [x, x, y, y], PaddingModes.Replicate)
            .narrow(2, y - down, height).narrow(3, x - right, width).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Bends each image: every pixel comes from a little aside, by smooth random shifts.</summary>
    /// <param name="shift">Root mean square of the shifts to the right and of those down, in pixels.</param>
    public static Tensor Elastic(Tensor images, double shift, Generator draw)
    {
        using var scope = NewDisposeScope();
        using var size = shift.ToScalar();
        var (x, y) = Places(images);
        var random = randn([images.size(0), 2, images.size(2), images.size(3)], ScalarType.Float64, generator: draw);
        var smooth = Blur.Gaussian(random, ElasticDeviation);
        var shifts = smooth.div(smooth.square().mean([2, 3], keepdim: true).sqrt()).mul(size);
        return Sample(images, x.add(shifts.select(1, 0)), y.add(shifts.select(1, 1))).MoveToOuterDisposeScope();
    }

    private static (Tensor X, Tensor Y) Places(Tensor images)
        => (Centred(images.size(3)).view(1, 1, -1), Centred(images.size(2)).view(1, -1, 1));

    private static Tensor Centred(long length) => linspace(-(length - 1) / 2.0, (length - 1) / 2.0, length, ScalarType.Float64);

    /// <summary>The images at the places x and y, which broadcast to [N, H, W].</summary>
    private static Tensor Sample(Tensor images, Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        var (count, height, width) = (images.size(0), images.size(2), images.size(3));

        // grid_sample has -1 and 1 at the centres of the outermost pixels.
        using var halfWidth = ((width - 1) / 2.0).ToScalar();
        using var halfHeight = ((height - 1) / 2.0).ToScalar();
        var grid = stack([x.div(halfWidth).expand(count, height, width), y.div(halfHeight).expand(count, height, width)], -1);
        return functional
            .grid_sample(images, grid.to(images.dtype), GridSampleMode.Bilinear, GridSamplePaddingMode.Border, align_corners: true)
            .MoveToOuterDisposeScope();
    }
}

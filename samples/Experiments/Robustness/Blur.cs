using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>Blurs of images [N, C, H, W]. Beyond the border the outermost pixels go on.</summary>
/// <remarks>
/// Sums of shifted images, not convolutions: on processors that hide their cache sizes LibTorch 2.10 computes float32
/// convolutions of few channels wrongly (see docs/troubleshooting.md).
/// </remarks>
internal static class Blur
{
    private const int ZoomSteps = 8;

    /// <summary>A Gaussian along the rows and one down the columns, cut off at four standard deviations.</summary>
    /// <param name="deviation">Its standard deviation in pixels; 0 changes nothing.</param>
    public static Tensor Gaussian(Tensor images, double deviation)
    {
        using var scope = NewDisposeScope();
        if (deviation == 0)
        {
            return images.clone().MoveToOuterDisposeScope();
        }

        var radius = (int)Math.Ceiling(4 * deviation);
        var weights = Enumerable.Range(-radius, (2 * radius) + 1).Select(t => Math.Exp(-0.5 * t * t / (deviation * deviation))).ToArray();
        var taps = weights.Select(weight => weight / weights.Sum()).ToArray();
        var rows = Filter(functional.pad(images, [radius, radius, 0, 0], PaddingModes.Replicate), taps, dimension: 3);
        return Filter(functional.pad(rows, [0, 0, radius, radius], PaddingModes.Replicate), taps, dimension: 2).MoveToOuterDisposeScope();
    }

    /// <summary>The mean of the image at places along a line, in a direction drawn for each image.</summary>
    /// <param name="length">Of the line in pixels.</param>
    public static Tensor Motion(Tensor images, double length, Generator draw)
    {
        using var scope = NewDisposeScope();
        using var halfTurn = Math.PI.ToScalar();
        var angle = rand([images.size(0), 1, 1], ScalarType.Float64, generator: draw).mul(halfTurn);
        var (cosine, sine) = (angle.cos(), angle.sin());

        // Two places a pixel.
        var steps = (int)Math.Ceiling(2 * length);
        return Mean(Enumerable.Range(0, steps + 1).Select(step =>
        {
            using var along = (length * (((double)step / steps) - 0.5)).ToScalar();
            return Geometry.Shift(images, cosine.mul(along), sine.mul(along));
        })).MoveToOuterDisposeScope();
    }

    /// <summary>The mean of the image at magnifications from 1 to the largest.</summary>
    public static Tensor Zoom(Tensor images, double largest)
        => Mean(Enumerable.Range(0, ZoomSteps).Select(step => Geometry.Scale(images, 1 + ((largest - 1) * step / (ZoomSteps - 1)))));

    private static Tensor Filter(Tensor padded, double[] taps, int dimension)
    {
        using var scope = NewDisposeScope();
        var length = padded.size(dimension) - taps.Length + 1;
        var sum = zeros_like(padded.narrow(dimension, 0, length));
        for (var tap = 0; tap < taps.Length; tap++)
        {
            using var weight = taps[tap].ToScalar();
            sum.add_(padded.narrow(dimension, tap, length), weight);
        }

        return sum.MoveToOuterDisposeScope();
    }

    private static Tensor Mean(IEnumerable<Tensor> images)
    {
        using var scope = NewDisposeScope();
        return stack(images.ToArray()).mean([0]).MoveToOuterDisposeScope();
    }
}

using Scalar = TorchSharp.Scalar;
using Tensor = TorchSharp.torch.Tensor;
using Torch = TorchSharp.torch;

namespace Experiments;

/// <summary>How near restored images are to the true ones. Images are [N, 1, H, W] in 0..1, what lies outside is cut off.</summary>
internal static class ImageQuality
{
    // Wang et al.: the window, and the two constants for values in 0..1.
    private const int WindowSide = 11;
    private const double WindowSigma = 1.5;

    private static readonly Scalar Zero = 0.0;
    private static readonly Scalar One = 1.0;
    private static readonly Scalar Two = 2.0;
    private static readonly Scalar ToDecibel = -10.0;
    private static readonly Scalar C1 = 0.01 * 0.01;
    private static readonly Scalar C2 = 0.03 * 0.03;

    /// <summary>Peak signal-to-noise ratio of each image [N] in dB: -10 log10(mean of squared errors); infinite for equal images.</summary>
    public static Tensor Psnr(Tensor images, Tensor truth)
    {
        using var scope = Torch.NewDisposeScope();
        var error = Exact(images).sub(Exact(truth)).square().mean([1, 2, 3]);
        return error.log10().mul(ToDecibel).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Structural similarity of each image [N]: the mean over all places of an 11 x 11 Gaussian window (sigma 1.5) that lie wholly inside of
    /// (2 mx my + C1)(2 cov + C2) / ((mx^2 + my^2 + C1)(vx + vy + C2)), C1 = 0.01^2, C2 = 0.03^2, moments weighted by the window.
    /// </summary>
    /// <remarks>
    /// Z. Wang, A. C. Bovik, H. R. Sheikh and E. P. Simoncelli, "Image Quality Assessment: From Error Visibility to
    /// Structural Similarity", IEEE Transactions on Image Processing 13 (4), 2004.
    /// </remarks>
    public static Tensor Ssim(Tensor images, Tensor truth)
    {
        using var scope = Torch.NewDisposeScope();
        var (x, y) = (Exact(images), Exact(truth));
        var (meanX, meanY) = (Weighted(x), Weighted(y));
        var (squareX, squareY, product) = (meanX.square(), meanY.square(), meanX.mul(meanY));
        var varianceX = Weighted(x.square()).sub(squareX);
        var varianceY = Weighted(y.square()).sub(squareY);
        var covariance = Weighted(x.mul(y)).sub(product);

        var likeness = product.mul(Two).add(C1).mul(covariance.mul(Two).add(C2));
        var norm = squareX.add(squareY).add(C1).mul(varianceX.add(varianceY).add(C2));
        return likeness.div(norm).mean([1, 2, 3]).MoveToOuterDisposeScope();
    }

    private static Tensor Exact(Tensor images) => images.to(Torch.ScalarType.Float64).clamp(Zero, One);

    // The window is a product of two: along the rows, then down the columns.
    private static Tensor Weighted(Tensor x)
    {
        var weights = Enumerable.Range(-(WindowSide / 2), WindowSide)
            .Select(i => Math.Exp(-i * i / (2 * WindowSigma * WindowSigma))).ToArray();
        var sum = weights.Sum();
        var window = Torch.tensor(weights.Select(weight => weight / sum).ToArray());
        return Torch.nn.functional.conv2d(
            Torch.nn.functional.conv2d(x, window.view(1, 1, 1, WindowSide)), window.view(1, 1, WindowSide, 1));
    }
}

namespace Experiments.Tests;

/// <summary>What samples/Experiments measures restored images with.</summary>
public sealed class ImageQualityTests
{
    private const int Height = 24;
    private const int Width = 20;

    [Fact]
    public void Psnr_is_minus_ten_log10_of_the_mean_squared_error_of_each_image_cut_off_at_black_and_white()
    {
        using var scope = NewDisposeScope();
        var truth = tensor(new double[] { 1, 0, 0, 0, 0.5, 0.5, 0.5, 0.5 }, [2, 1, 2, 2]);
        var images = tensor(new double[] { 1.5, 0.2, 0, -3, 0.6, 0.4, 0.5, 0.5 }, [2, 1, 2, 2]);

        var psnr = ImageQuality.Psnr(images, truth).data<double>().ToArray();

        // Errors 0, 0.2, 0, 0: mean square 0.01, 20 dB. Errors 0.1, 0.1, 0, 0: mean square 0.005, 20 + 10 log10(2) dB.
        psnr.Should().HaveCount(2);
        psnr[0].Should().BeApproximately(20, 1e-12);
        psnr[1].Should().BeApproximately(23.010299956639813, 1e-12);
    }

    [Fact]
    public void Psnr_of_equal_images_is_infinite()
    {
        using var scope = NewDisposeScope();
        var image = ones(1, 1, 4, 4);

        ImageQuality.Psnr(image, image).item<double>().Should().Be(double.PositiveInfinity);
    }

    // scikit-image 0.19.3. It leaves out the border where the window is not wholly inside, as we do:
    // import numpy as n; from skimage.metrics import structural_similarity as s; i, j = n.mgrid[:24, :20]; x = (7*i + 3*j) % 32 / 31; print([s(x, c*x + (5*i + 11*j) % 16 / 75, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1) for c in (0.8, 0.3)])
    [Fact]
    public void Ssim_of_each_image_is_that_of_scikit_image()
    {
        using var scope = NewDisposeScope();
        var truth = Image(Wave);
        var images = cat([Spoiled(0.8), Spoiled(0.3)]);

        var ssim = ImageQuality.Ssim(images, cat([truth, truth])).data<double>().ToArray();

        ssim.Should().HaveCount(2);
        ssim[0].Should().BeApproximately(0.956219078504619, 1e-12);
        ssim[1].Should().BeApproximately(0.4470056324686518, 1e-12);
    }

    [Fact]
    public void Ssim_of_equal_images_is_one()
    {
        using var scope = NewDisposeScope();
        var image = Image(Wave);

        ImageQuality.Ssim(image, image).item<double>().Should().BeApproximately(1, 1e-12);
    }

    private static double Wave(int i, int j) => ((7 * i) + (3 * j)) % 32 / 31.0;

    private static Tensor Spoiled(double contrast) => Image((i, j) => (contrast * Wave(i, j)) + (((5 * i) + (11 * j)) % 16 / 75.0));

    private static Tensor Image(Func<int, int, double> value)
    {
        var pixels = Enumerable.Range(0, Height * Width).Select(k => value(k / Width, k % Width)).ToArray();
        return tensor(pixels, [1, 1, Height, Width]);
    }
}

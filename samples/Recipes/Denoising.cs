// Takes noise from a photograph: what is small in the details of its pyramid is mostly noise.
using LiftPool;
using SkiaSharp;
using static TorchSharp.torch;

internal static class Denoising
{
    public static void Main(string[] args)
    {
        var file = args.Length > 0 ? args[0] : "samples/data/photos/astronaut.png";
        using var all = NewDisposeScope();
        using var noGrad = no_grad();
        manual_seed(1);
        var clean = Read(file);
        var noisy = clean + (20 * randn_like(clean));

        // With ceil_mode every sample is in a band, at odd sizes too.
        var pool = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf97), ceil_mode: true);
        using var pyramid = new LiftPyramid(pool, 4);
        var levels = pyramid.forward(noisy);

        // The finest diagonals are nearly all noise: their median tells how strong it is.
        var deviation = levels[0, "HH"].abs().median().item<float>() / 0.6745;
        var shrunk = levels.Map((level, name, band) => name == "LL"
            ? band
            : nn.functional.softshrink(band, 1.5 * deviation));
        var denoised = pyramid.unlift(shrunk);

        Console.WriteLine($"noise: a deviation of {deviation:F1} (20 was added)");
        Console.WriteLine($"before: {Psnr(noisy, clean):F2} dB");
        Console.WriteLine($"after:  {Psnr(denoised, clean):F2} dB");
    }

    private static double Psnr(Tensor x, Tensor truth) =>
        10 * Math.Log10(255 * 255 / (x - truth).square().mean().item<float>());

    // [1, 3, height, width], from 0 to 255.
    private static Tensor Read(string file)
    {
        using var picture = SKBitmap.Decode(File.ReadAllBytes(file));
        var colours = picture.Pixels.SelectMany(p => new float[] { p.Red, p.Green, p.Blue });
        return tensor(colours.ToArray(), [1, picture.Height, picture.Width, 3]).permute(0, 3, 1, 2);
    }
}

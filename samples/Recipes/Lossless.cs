// Codes a photograph without loss: JPEG 2000's reversible 5/3 wavelet, integers in and out.
using LiftPool;
using SkiaSharp;
using static TorchSharp.torch;

internal static class Lossless
{
    public static void Main(string[] args)
    {
        var file = args.Length > 0 ? args[0] : "samples/data/photos/more/camera.png";
        using var all = NewDisposeScope();
        using var noGrad = no_grad();
        using var picture = SKBitmap.Decode(File.ReadAllBytes(file));
        var greys = picture.Pixels.Select(pixel => (float)pixel.Green).ToArray();
        var image = tensor(greys, [1, 1, picture.Height, picture.Width]);

        // With ceil_mode every sample is in a band, at odd sizes too.
        var scheme = LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true);
        using var pyramid = new LiftPyramid(new LiftDownPool2d(scheme, ceil_mode: true), 5);
        var levels = pyramid.forward(image);

        // 16 bits hold every coefficient, and an entropy coder needs far fewer.
        var stored = levels.to(int16);
        var details = stored.Levels.SelectMany(bands => new[] { bands.LH, bands.HL, bands.HH });
        var coded = details.Append(stored.Approximation).Sum(Bits) / image.numel();
        Console.WriteLine($"the pixels: {Bits(image.to(int16)) / image.numel():F2} bits a pixel");
        Console.WriteLine($"the bands:  {coded:F2} bits a pixel");

        var restored = pyramid.unlift(stored.to(float32));
        Console.WriteLine($"restored bit for bit: {restored.eq(image).all().item<bool>()}");
    }

    // The entropy: what an ideal coder needs that knows how often each number occurs.
    private static double Bits(Tensor band)
    {
        var numbers = band.contiguous().data<short>().ToArray();
        return numbers.CountBy(number => number)
            .Sum(one => one.Value * Math.Log2((double)numbers.Length / one.Value));
    }
}

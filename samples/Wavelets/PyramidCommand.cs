using LiftPool;
using static TorchSharp.torch;

namespace Wavelets;

/// <summary>Takes a photograph apart and draws the parts.</summary>
internal static class PyramidCommand
{
    public static int Run(string imageFile, string outputFile, Wavelet wavelet, int levels)
    {
        var image = RgbImage.Read(imageFile);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();

        // The shorter half of an odd side: the next level fits into this one's smooth copy.
        using var transform = new WaveletLevels(wavelet, lossless: false, ceil_mode: false);
        var parts = transform.Decompose(ToTensor(image), levels);
        if (parts.Details.Count == 0)
        {
            throw new InvalidDataException($"{imageFile}: {image.Width} x {image.Height} is too small to be halved");
        }

        using (var picture = new PyramidPicture(image.Width, image.Height))
        {
            picture.Draw(parts);
            picture.Save(outputFile);
        }

        Console.WriteLine($"{outputFile}: {parts.Details.Count} levels of {wavelet}, {PyramidPicture.Contrast} x the details, around mid-grey");
        return 0;
    }

    private static Tensor ToTensor(RgbImage image)
    {
        using var scope = NewDisposeScope();
        return tensor(image.Pixels, [1, image.Height, image.Width, RgbImage.Channels])
            .permute(0, 3, 1, 2).to(ScalarType.Float32).contiguous()
            .MoveToOuterDisposeScope();
    }
}

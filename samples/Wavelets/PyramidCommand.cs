using System.Globalization;
using LiftPool;
using Quickstart;
using static TorchSharp.torch;

namespace Wavelets;

/// <summary>Takes a photograph apart and draws the parts.</summary>
internal static class PyramidCommand
{
    private const int Colours = 3;

    // Measured: pixels, bands and the drawing.
    private const int BytesPerPixel = 100;

    public static int Run(string imageFile, FileInfo output, Wavelet wavelet, int levels)
    {
        var image = PixelImage.Read(imageFile);
        PictureFile.CheckMemory(imageFile, image.Width, image.Height, BytesPerPixel);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();

        // As often as the shorter side can be halved. Of an odd side it is the shorter half, so that the next level fits into
        // this one's smooth copy.
        var count = Math.Min(levels, int.Log2(Math.Min(image.Width, image.Height)));
        if (count == 0)
        {
            throw new InvalidDataException($"{imageFile}: {image.Width} x {image.Height} is too small to be halved");
        }

        using var pyramid = new LiftPyramid(new LiftDownPool2d(LiftingScheme.Wavelet(wavelet)), count);
        var parts = pyramid.forward(ToTensor(image));

        using var mosaic = new Mosaic(image.Width, image.Height);
        var contrasts = PyramidPicture.Draw(mosaic, parts);
        mosaic.Save(output.FullName);

        if (count < levels)
        {
            Console.WriteLine($"{levels} levels do not fit: the shorter side of {image.Width} x {image.Height} can be halved {count} times.");
        }

        // The file as the user named it.
        Console.WriteLine($"{output}: {image.Width} x {image.Height}, {wavelet}, levels: {count}");
        Console.WriteLine("The details, on the scale of the image's values, stand around mid-grey, multiplied to be seen:");
        for (var level = 1; level <= contrasts.Count; level++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  level {level}: x {contrasts[level - 1]:F1}"));
        }

        return 0;
    }

    private static Tensor ToTensor(PixelImage image)
    {
        using var scope = NewDisposeScope();
        return tensor(image.Pixels, [1, image.Height, image.Width, PixelImage.Channels])
            .narrow(3, 0, Colours).permute(0, 3, 1, 2).to(ScalarType.Float32).contiguous()
            .MoveToOuterDisposeScope();
    }
}

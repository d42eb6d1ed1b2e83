using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Quickstart;

/// <summary>Between picture files and tensors [1, 3, H, W] of red, green and blue in 0..1.</summary>
internal static class Photo
{
    public const int LongerSide = 512;
    private const int ShortestSide = 64;

    private static readonly Scalar White = 255f;
    private static readonly Scalar One = 1f;
    private static readonly Scalar Zero = 0f;

    /// <summary>Reads any format that Skia reads, and scales the picture so that its longer side has 512 pixels.</summary>
    /// <exception cref="InvalidDataException">Not a whole picture, or a very narrow one.</exception>
    public static Tensor Read(string file)
    {
        using var bitmap = ReadScaled(file, longer => (float)LongerSide / longer);
        if (Math.Min(bitmap.Width, bitmap.Height) < ShortestSide)
        {
            throw new InvalidDataException($"{file}: too narrow a picture, {bitmap.Width} x {bitmap.Height} when its longer side is {LongerSide}");
        }

        using var scope = NewDisposeScope();
        return tensor(bitmap.GetPixelSpan().ToArray(), [1, bitmap.Height, bitmap.Width, 4])
            .narrow(3, 0, 3).permute(0, 3, 1, 2).to(ScalarType.Float32).div(White).contiguous()
            .MoveToOuterDisposeScope();
    }

    /// <summary>Reads any format that Skia reads, in sRGB, as four bytes a pixel, the fourth 255.</summary>
    /// <param name="scale">By how much, given the longer side.</param>
    /// <exception cref="InvalidDataException">Not a whole picture.</exception>
    public static SKBitmap ReadScaled(string file, Func<int, float> scale)
    {
        using var colours = SKColorSpace.CreateSrgb();
        using var whole = PictureFile.Read(file, SKAlphaType.Premul, colours);

        // So that the image is no copy.
        whole.SetImmutable();
        using var image = SKImage.FromBitmap(whole);
        var factor = scale(Math.Max(image.Width, image.Height));
        var info = new SKImageInfo(
            Math.Max(1, (int)MathF.Round(image.Width * factor)),
            Math.Max(1, (int)MathF.Round(image.Height * factor)),
            SKColorType.Rgba8888,
            SKAlphaType.Opaque,
            colours);
        var bitmap = PictureFile.Allocate(info);
        using var canvas = new SKCanvas(bitmap);

        // Shows through where the picture is transparent.
        canvas.Clear(SKColors.White);
        canvas.DrawImage(image, info.Rect, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        return bitmap;
    }

    /// <summary>The picture of a tensor [1, 3, H, W]; what lies outside 0..1 is cut off.</summary>
    public static SKImage ToImage(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (height, width) = ((int)x.size(2), (int)x.size(3));
        var opaque = ones_like(x.narrow(1, 0, 1));
        var pixels = cat([x, opaque], 1).clamp(Zero, One).mul(White).round()
            .to(ScalarType.Byte).squeeze(0).permute(1, 2, 0).contiguous();
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        return SKImage.FromPixelCopy(info, pixels.data<byte>().ToArray());
    }
}

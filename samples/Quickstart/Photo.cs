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
    /// <exception cref="InvalidDataException">Not a picture, or a very narrow one.</exception>
    public static Tensor Read(string file)
    {
        using var image = SKImage.FromEncodedData(file)
            ?? throw new InvalidDataException($"{file}: not a picture that can be read");
        var scale = (float)LongerSide / Math.Max(image.Width, image.Height);
        var info = new SKImageInfo(
            (int)MathF.Round(image.Width * scale),
            (int)MathF.Round(image.Height * scale),
            SKColorType.Rgba8888,
            SKAlphaType.Opaque,
            SKColorSpace.CreateSrgb());
        if (Math.Min(info.Width, info.Height) < ShortestSide)
        {
            throw new InvalidDataException($"{file}: {image.Width} x {image.Height} is too narrow a picture");
        }

        using var bitmap = new SKBitmap(info);
        using (var canvas = new SKCanvas(bitmap))
        {
            // Shows through where the picture is transparent.
            canvas.Clear(SKColors.White);
            canvas.DrawImage(image, info.Rect, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        }

        using var scope = NewDisposeScope();
        return tensor(bitmap.GetPixelSpan().ToArray(), [1, info.Height, info.Width, 4])
            .narrow(3, 0, 3).permute(0, 3, 1, 2).to(ScalarType.Float32).div(White).contiguous()
            .MoveToOuterDisposeScope();
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

using Quickstart;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>Between picture files and tensors [1, 1, H, W] of grey in 0..1.</summary>
internal static class GreyPhoto
{
    /// <summary>Larger photographs are scaled down to it: what a camera adds at each pixel is no detail.</summary>
    public const int LongestSide = 640;

    private static readonly float[] Luma = [0.299f, 0.587f, 0.114f];
    private static readonly Scalar White = 255f;
    private static readonly Scalar Zero = 0f;
    private static readonly Scalar One = 1f;

    /// <summary>Reads any format that Skia reads; grey is the luma 0.299 red + 0.587 green + 0.114 blue of ITU-R BT.601.</summary>
    /// <exception cref="InvalidDataException">Not a whole picture.</exception>
    public static Tensor Read(string file)
    {
        using var bitmap = Photo.ReadScaled(file, longer => Math.Min(1f, (float)LongestSide / longer));
        using var scope = NewDisposeScope();
        var luma = tensor(Luma);
        return tensor(bitmap.GetPixelSpan().ToArray(), [bitmap.Height, bitmap.Width, 4])
            .narrow(2, 0, 3).to(ScalarType.Float32).matmul(luma).div(White)
            .reshape(1, 1, bitmap.Height, bitmap.Width).MoveToOuterDisposeScope();
    }

    /// <summary>The picture of a tensor [1, 1, H, W]; what lies outside 0..1 is cut off.</summary>
    public static SKImage ToImage(Tensor x)
    {
        using var scope = NewDisposeScope();
        var pixels = x.clamp(Zero, One).mul(White).round().to(ScalarType.Byte).contiguous();
        var info = new SKImageInfo((int)x.size(3), (int)x.size(2), SKColorType.Gray8, SKAlphaType.Opaque);
        return SKImage.FromPixelCopy(info, pixels.data<byte>().ToArray());
    }

    public static void Write(string file, Tensor x)
    {
        using var image = ToImage(x);
        using var png = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        RunFiles.Write(file, next => File.WriteAllBytes(next, png.ToArray()));
    }
}

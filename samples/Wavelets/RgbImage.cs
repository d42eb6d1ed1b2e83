using SkiaSharp;

namespace Wavelets;

/// <summary>Red, green and blue of each pixel, row by row, eight bits each.</summary>
internal sealed record RgbImage(int Width, int Height, byte[] Pixels)
{
    public const int Channels = 3;

    // Skia has no pixels of three bytes.
    private const int SkiaChannels = 4;

    // PNG's filters foretell a pixel from its neighbours. Which serves best depends on the image: all are tried.
    private static readonly SKPngEncoderFilterFlags[] PngFilters =
    [
        SKPngEncoderFilterFlags.AllFilters, SKPngEncoderFilterFlags.NoFilters, SKPngEncoderFilterFlags.Sub,
        SKPngEncoderFilterFlags.Up, SKPngEncoderFilterFlags.Avg, SKPngEncoderFilterFlags.Paeth,
    ];

    /// <summary>The file's values as they are: no conversion of colours; transparency is left out.</summary>
    /// <exception cref="InvalidDataException">Not a whole picture.</exception>
    public static RgbImage Read(string file)
    {
        using var codec = SKCodec.Create(file) ?? throw new InvalidDataException($"{file}: not a picture that can be read");
        var info = Info(codec.Info.Width, codec.Info.Height, SKAlphaType.Unpremul);
        using var bitmap = new SKBitmap(info);
        if (codec.GetPixels(info, bitmap.GetPixels()) is var result and not SKCodecResult.Success)
        {
            throw new InvalidDataException($"{file}: the picture cannot be read ({result})");
        }

        var source = bitmap.GetPixelSpan();
        var pixels = new byte[Channels * info.Width * info.Height];
        for (var (from, to) = (0, 0); to < pixels.Length; from += SkiaChannels, to += Channels)
        {
            source.Slice(from, Channels).CopyTo(pixels.AsSpan(to));
        }

        return new RgbImage(info.Width, info.Height, pixels);
    }

    /// <summary>The picture, for Skia to draw or to encode.</summary>
    public SKBitmap ToBitmap()
    {
        var bitmap = new SKBitmap(Info(Width, Height, SKAlphaType.Opaque));
        var target = bitmap.GetPixelSpan();
        target.Fill(byte.MaxValue);
        for (var (from, to) = (0, 0); from < Pixels.Length; from += Channels, to += SkiaChannels)
        {
            Pixels.AsSpan(from, Channels).CopyTo(target[to..]);
        }

        return bitmap;
    }

    /// <summary>The bytes of the smallest PNG that Skia makes of it, without alpha.</summary>
    public long PngLength()
    {
        using var bitmap = ToBitmap();
        using var pixels = bitmap.PeekPixels();
        return PngFilters.Min(filter =>
        {
            using var png = pixels.Encode(new SKPngEncoderOptions(filter, zLibLevel: 9))!;
            return png.Size;
        });
    }

    private static SKImageInfo Info(int width, int height, SKAlphaType alpha) => new(width, height, SKColorType.Rgba8888, alpha);
}

using Quickstart;
using SkiaSharp;

namespace Wavelets;

/// <summary>Red, green, blue and alpha of each pixel, row by row, eight bits each.</summary>
internal sealed record PixelImage(int Width, int Height, byte[] Pixels)
{
    public const int Channels = 4;

    // PNG's filters foretell a pixel from its neighbours. Which serves best depends on the image: all are tried.
    private static readonly SKPngEncoderFilterFlags[] PngFilters =
    [
        SKPngEncoderFilterFlags.AllFilters, SKPngEncoderFilterFlags.NoFilters, SKPngEncoderFilterFlags.Sub,
        SKPngEncoderFilterFlags.Up, SKPngEncoderFilterFlags.Avg, SKPngEncoderFilterFlags.Paeth,
    ];

    /// <summary>The file's values as they are, upright: no conversion of colours, no multiplication with alpha. 16 bits become 8.</summary>
    /// <exception cref="InvalidDataException">Not a whole picture, or too large a one.</exception>
    public static PixelImage Read(string file)
    {
        using var bitmap = PictureFile.Read(file, SKAlphaType.Unpremul, colours: null);
        return new PixelImage(bitmap.Width, bitmap.Height, bitmap.GetPixelSpan().ToArray());
    }

    /// <summary>Which planes it takes to say what the pixels are.</summary>
    public PixelKind Kind()
    {
        var (hasColour, hasAlpha) = (false, false);
        for (var i = 0; i < Pixels.Length; i += Channels)
        {
            hasColour |= Pixels[i] != Pixels[i + 1] || Pixels[i] != Pixels[i + 2];
            hasAlpha |= Pixels[i + 3] != byte.MaxValue;
        }

        return new PixelKind(hasColour, hasAlpha);
    }

    /// <summary>The bytes of the smallest PNG that Skia makes of it. It makes none of grey with alpha: that is one in colour.</summary>
    public long PngLength(PixelKind kind)
    {
        using var bitmap = kind is { HasColour: false, HasAlpha: false }
            ? Grey()
            : Colour(kind.HasAlpha ? SKAlphaType.Unpremul : SKAlphaType.Opaque);
        using var pixels = bitmap.PeekPixels();
        return PngFilters.Min(filter =>
        {
            using var png = pixels.Encode(new SKPngEncoderOptions(filter, zLibLevel: 9))
                ?? throw new InvalidDataException($"{Width} x {Height} pixels cannot be written as a PNG");
            return png.Size;
        });
    }

    private SKBitmap Colour(SKAlphaType alpha)
    {
        var bitmap = PictureFile.Allocate(new SKImageInfo(Width, Height, SKColorType.Rgba8888, alpha));
        Pixels.CopyTo(bitmap.GetPixelSpan());
        return bitmap;
    }

    private SKBitmap Grey()
    {
        var bitmap = PictureFile.Allocate(new SKImageInfo(Width, Height, SKColorType.Gray8, SKAlphaType.Opaque));
        var target = bitmap.GetPixelSpan();
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                target[(y * bitmap.RowBytes) + x] = Pixels[Channels * ((y * Width) + x)];
            }
        }

        return bitmap;
    }
}

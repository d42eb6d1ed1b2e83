using System.Globalization;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace Quickstart;

/// <summary>The one reader of picture files: all of the picture, turned as its EXIF data says, or an exception with its name.</summary>
/// <remarks>EXIF data of JPEG and WebP files; what a PNG's eXIf chunk says Skia does not tell.</remarks>
internal static class PictureFile
{
    /// <summary>Larger pictures are refused before memory is taken for them. Eight bytes of each pixel still fit into one array.</summary>
    public const int MostPixels = 1 << 27;

    // As they are stored, and upright.
    private const int BytesPerPixel = 4 + 4;

    /// <summary>Reads any format that Skia reads, as four bytes a pixel: red, green, blue and alpha.</summary>
    /// <param name="alpha">Premultiplied to be drawn, unpremultiplied for the values as they are.</param>
    /// <param name="colours">What the values are converted to; with null they stay those of the file.</param>
    /// <exception cref="InvalidDataException">Not a picture, not all of it, an animation, or more pixels than can be held.</exception>
    public static SKBitmap Read(string file, SKAlphaType alpha, SKColorSpace? colours)
    {
        using var stream = File.OpenRead(file);
        using var data = SKData.Create(stream);
        using var codec = SKCodec.Create(data) ?? throw new InvalidDataException($"{file}: not a picture that can be read");
        if (codec.FrameCount > 1)
        {
            throw new InvalidDataException($"{file}: {codec.FrameCount} pictures in one file, expected a single one");
        }

        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, alpha, colours);
        CheckSize(file, info);
        using var stored = Allocate(info);
        if (codec.GetPixels(info, stored.GetPixels()) is var result and not SKCodecResult.Success)
        {
            throw new InvalidDataException($"{file}: the picture cannot be read as a whole ({result})");
        }

        return Upright(stored, codec.EncodedOrigin);
    }

    /// <summary>
    /// Refuses a picture whose work would fill the machine's memory, or the container's: the system ends a program that tries.
    /// </summary>
    /// <param name="bytesPerPixel">What the work takes for each pixel.</param>
    /// <exception cref="InvalidDataException">It does not fit.</exception>
    public static void CheckMemory(string file, int width, int height, int bytesPerPixel)
    {
        const double gigabyte = 1e9;
        var (needed, there) = ((long)width * height * bytesPerPixel, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        if (needed > there)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: {width} x {height} takes about {needed / gigabyte:F1} GB of memory, there are {there / gigabyte:F1}"));
        }
    }

    /// <exception cref="InsufficientMemoryException">It is not there; SKBitmap's own constructor throws a bare Exception.</exception>
    public static SKBitmap Allocate(SKImageInfo info)
    {
        var bitmap = new SKBitmap();
        if (!bitmap.TryAllocPixels(info))
        {
            bitmap.Dispose();
            throw new InsufficientMemoryException();
        }

        return bitmap;
    }

    private static void CheckSize(string file, SKImageInfo info)
    {
        if ((long)info.Width * info.Height > MostPixels)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: {info.Width} x {info.Height}, more than the {MostPixels:N0} pixels that can be held"));
        }

        CheckMemory(file, info.Width, info.Height, BytesPerPixel);
    }

    /// <summary>Turns and mirrors; each pixel keeps its value.</summary>
    private static SKBitmap Upright(SKBitmap stored, SKEncodedOrigin origin)
    {
        // EXIF's eight: the last four have rows for columns; some run from the right, some from below.
        var transposed = origin >= SKEncodedOrigin.LeftTop;
        var fromRight = origin is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight
            or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var fromBelow = origin is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft
            or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom;
        var (width, height) = (stored.Width, stored.Height);
        var upright = Allocate(transposed ? stored.Info.WithSize(height, width) : stored.Info);
        var source = MemoryMarshal.Cast<byte, uint>(stored.GetPixelSpan());
        var target = MemoryMarshal.Cast<byte, uint>(upright.GetPixelSpan());
        for (var (y, i) = (0, 0); y < upright.Height; y++)
        {
            for (var x = 0; x < upright.Width; x++, i++)
            {
                var (column, row) = transposed ? (y, x) : (x, y);
                target[i] = source[((fromBelow ? height - 1 - row : row) * width) + (fromRight ? width - 1 - column : column)];
            }
        }

        return upright;
    }
}

using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;

namespace Experiments.Tests;

/// <summary>Picture files that Skia does not write.</summary>
internal static class PictureBytes
{
    public const byte Grey = 0;
    public const byte Colour = 2;
    public const byte Palette = 3;
    public const byte GreyAndAlpha = 4;
    public const byte ColourAndAlpha = 6;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>A PNG whose rows are not filtered.</summary>
    /// <param name="samples">As they stand in the file, row by row; fewer are a file that was cut off.</param>
    /// <param name="palette">Red, green and blue of each entry.</param>
    public static byte[] Png(int width, int height, byte bits, byte kind, byte[] samples, byte[]? palette = null)
    {
        var channels = kind switch { Colour => 3, GreyAndAlpha => 2, ColourAndAlpha => 4, _ => 1 };
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (bits, kind);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            foreach (var row in samples.Chunk(((width * channels * bits) + 7) / 8))
            {
                zlib.WriteByte(0);
                zlib.Write(row);
            }
        }

        byte[] colours = palette is null ? [] : Chunk("PLTE", palette);
        return [.. Signature, .. Chunk("IHDR", header), .. colours, .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    /// <summary>Puts EXIF data with an orientation, 1 to 8, behind a JPEG's first marker.</summary>
    public static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        // A TIFF header of little-endian numbers, and one directory of one entry: tag 0x0112, a number of 16 bits, one of them.
        byte[] content =
        [
            .. "Exif\0\0II"u8, 42, 0, 8, 0, 0, 0,
            1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(content.Length + 2), .. content, .. jpeg[2..]];
    }

    public static byte[] Encode(int width, int height, SKColor[] pixels, SKEncodedImageFormat format, int quality)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque)) { Pixels = pixels };
        using var data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    private static byte[] Chunk(string name, byte[] content)
    {
        byte[] named = [.. name.Select(c => (byte)c), .. content];
        var chunk = new byte[4 + named.Length + 4];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        named.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + named.Length), Crc(named));
        return chunk;
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}

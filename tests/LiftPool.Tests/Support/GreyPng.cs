using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection;

namespace LiftPool.Tests;

/// <summary>
/// A photograph that the test assembly carries: a grey PNG of 8 bits, not interlaced, read without a library (ISO/IEC 15948).
/// </summary>
internal static class GreyPng
{
    /// <summary>The picture as [1, 1, H, W] in 0..1.</summary>
    internal static Tensor Read(string name)
    {
        using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new BinaryReader(file);
        using var packed = new MemoryStream();
        var (width, height) = (0, 0);
        reader.ReadBytes(8);
        for (var kind = ""; kind != "IEND";)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(reader.ReadBytes(4));
            kind = System.Text.Encoding.ASCII.GetString(reader.ReadBytes(4));
            var chunk = reader.ReadBytes(length);
            reader.ReadBytes(4);
            if (kind == "IHDR")
            {
                (width, height) = (BinaryPrimitives.ReadInt32BigEndian(chunk), BinaryPrimitives.ReadInt32BigEndian(chunk.AsSpan(4)));
                chunk[8..].Should().Equal([8, 0, 0, 0, 0], "8 bits, grey, not interlaced");
            }
            else if (kind == "IDAT")
            {
                packed.Write(chunk);
            }
        }

        packed.Position = 0;
        using var lines = new ZLibStream(packed, CompressionMode.Decompress);
        return tensor(Pixels(lines, width, height), [1, 1, height, width]).div(255);
    }

    private static float[] Pixels(ZLibStream lines, int width, int height)
    {
        var pixels = new float[width * height];
        var (line, above) = (new byte[width + 1], new byte[width + 1]);
        for (var y = 0; y < height; y++, (line, above) = (above, line))
        {
            lines.ReadExactly(line);
            for (var x = 1; x <= width; x++)
            {
                // The first byte names the filter; it counts as a pixel of 0.
                var (left, up, corner) = (x == 1 ? 0 : line[x - 1], y == 0 ? 0 : above[x], x == 1 || y == 0 ? 0 : above[x - 1]);
                line[x] += (byte)(line[0] switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => 0 });
                pixels[(y * width) + x - 1] = line[x];
            }
        }

        return pixels;
    }

    private static int Paeth(int left, int up, int corner)
    {
        var (byLeft, byUp, byCorner) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - (2 * corner)));
        return byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner;
    }
}

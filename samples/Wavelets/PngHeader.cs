namespace Wavelets;

/// <summary>What the first bytes of a PNG say, and Skia does not.</summary>
internal static class PngHeader
{
    // The signature, the first chunk's length and name, and of its content the width and the height, four bytes each.
    private const int DepthPlace = 8 + 4 + 4 + 4 + 4;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <returns>Bits a channel, or null if the file is no PNG.</returns>
    public static int? BitDepth(string file)
    {
        Span<byte> start = stackalloc byte[DepthPlace + 1];
        using var stream = File.OpenRead(file);
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.StartsWith(Signature)
            ? start[DepthPlace]
            : null;
    }
}

using System.IO.Compression;

namespace Wavelets;

/// <summary>
/// Between coefficients and bytes, by the platform's Brotli. It is a coder for anything: it sees the bytes before, and neither
/// the row above nor the same place in the coarser band, from which the coders made for wavelets foretell much.
/// </summary>
internal static class CoefficientCoder
{
    /// <exception cref="InvalidDataException">A coefficient is no integer of 16 bits.</exception>
    public static void Write(Stream target, ReadOnlySpan<float> coefficients)
    {
        // Low bytes and high bytes apart: nearly every coefficient is small, so the high bytes are one long run.
        var count = coefficients.Length;
        var bytes = new byte[2 * count];
        for (var i = 0; i < count; i++)
        {
            var number = Unsigned(coefficients[i]);
            (bytes[i], bytes[count + i]) = ((byte)number, (byte)(number >> 8));
        }

        using var coder = new BrotliStream(target, CompressionLevel.SmallestSize, leaveOpen: true);
        coder.Write(bytes);
    }

    /// <exception cref="InvalidDataException">The bytes end too early, or are not what <see cref="Write"/> made.</exception>
    public static float[] Read(Stream source, int count)
    {
        var bytes = new byte[2 * count];
        using (var coder = new BrotliStream(source, CompressionMode.Decompress, leaveOpen: true))
        {
            coder.ReadExactly(bytes);
        }

        var coefficients = new float[count];
        for (var i = 0; i < count; i++)
        {
            coefficients[i] = Signed(bytes[i] | (bytes[count + i] << 8));
        }

        return coefficients;
    }

    // 0, -1, 1, -2, 2, ... become 0, 1, 2, 3, 4, ...: small ones of either sign have no high byte.
    private static int Unsigned(float coefficient)
    {
        var number = (int)coefficient;
        if (number != coefficient || number is < short.MinValue or > short.MaxValue)
        {
            throw new InvalidDataException($"a coefficient {coefficient} is no integer of 16 bits; fewer levels have smaller ones");
        }

        return (number << 1) ^ (number >> 31);
    }

    private static int Signed(int number) => (number >> 1) ^ -(number & 1);
}

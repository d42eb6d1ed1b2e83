using LiftPool;
using static TorchSharp.torch;

namespace Wavelets;

/// <summary>An image to a file's worth of bytes and back, without loss.</summary>
internal static class LosslessCodec
{
    public static byte[] Encode(RgbImage image, Wavelet wavelet, int levels)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var transform = Transform(wavelet);
        var planes = tensor(ReversibleColour.Planes(image), [1, RgbImage.Channels, image.Height, image.Width]);
        var parts = transform.Decompose(planes, levels);

        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write((byte)wavelet);
        writer.Write((byte)parts.Details.Count);
        writer.Write(image.Width);
        writer.Write(image.Height);
        writer.Flush();
        CoefficientCoder.Write(bytes, Values(cat([.. CoarseToFine(parts).Select(band => band.flatten())])));
        return bytes.ToArray();
    }

    public static RgbImage Decode(byte[] encoded)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var bytes = new MemoryStream(encoded);
        using var reader = new BinaryReader(bytes);
        var (wavelet, levels) = ((Wavelet)reader.ReadByte(), reader.ReadByte());
        var (width, height) = (reader.ReadInt32(), reader.ReadInt32());

        // Only a pool makes bands. Those of a black image have the right shapes; what they hold is replaced.
        using var transform = Transform(wavelet);
        var parts = transform.Decompose(zeros(1, RgbImage.Channels, height, width), levels);
        Tensor[] bands = [.. CoarseToFine(parts)];
        var coefficients = CoefficientCoder.Read(bytes, (int)bands.Sum(band => band.numel()));
        var next = 0;
        foreach (var band in bands)
        {
            var count = (int)band.numel();
            using var values = tensor(coefficients[next..(next + count)], band.shape);
            band.copy_(values);
            next += count;
        }

        return ReversibleColour.Image(width, height, Values(transform.Restore(parts)));
    }

    // With the longer half of an odd side every sample is in a band; with the shorter, some would be set aside for the up-pool alone.
    private static WaveletLevels Transform(Wavelet wavelet) => new(wavelet, lossless: true, ceil_mode: true);

    // Bands alike in size and spread stand together, for a coder that adapts as it goes.
    private static IEnumerable<Tensor> CoarseToFine(Decomposition parts) =>
        parts.Details.Reverse().SelectMany(bands => new[] { bands.HL, bands.LH, bands.HH }).Prepend(parts.Approximation);

    private static float[] Values(Tensor x)
    {
        using var dense = x.contiguous();
        return dense.data<float>().ToArray();
    }
}

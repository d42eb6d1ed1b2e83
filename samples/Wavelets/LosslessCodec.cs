using LiftPool;
using static TorchSharp.torch;

namespace Wavelets;

/// <summary>An image to a file's worth of bytes and back, without loss.</summary>
internal static class LosslessCodec
{
    public static byte[] Encode(PixelImage image, PixelKind kind, Wavelet wavelet, int levels)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var pyramid = Pyramid(wavelet, levels);
        var planes = tensor(ReversibleColour.Planes(image, kind), [1, kind.Planes, image.Height, image.Width]);
        var parts = pyramid.forward(planes);

        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write((byte)wavelet);
        writer.Write(kind.HasColour);
        writer.Write(kind.HasAlpha);
        writer.Write(levels);
        writer.Write(image.Width);
        writer.Write(image.Height);
        writer.Flush();
        CoefficientCoder.Write(bytes, Values(cat([.. CoarseToFine(parts).Select(band => band.flatten())])));
        return bytes.ToArray();
    }

    public static PixelImage Decode(byte[] encoded)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var bytes = new MemoryStream(encoded);
        using var reader = new BinaryReader(bytes);
        var wavelet = (Wavelet)reader.ReadByte();
        var kind = new PixelKind(reader.ReadBoolean(), reader.ReadBoolean());
        var levels = reader.ReadInt32();
        var (width, height) = (reader.ReadInt32(), reader.ReadInt32());

        // Only a pool makes bands. Those of a black image have the right shapes; what they hold is replaced.
        using var pyramid = Pyramid(wavelet, levels);
        var parts = pyramid.forward(zeros(1, kind.Planes, height, width));
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

        return ReversibleColour.Image(width, height, kind, Values(pyramid.inverse(parts)));
    }

    // With the longer half of an odd side every sample is in a band; with the shorter, some would be set aside for the up-pool alone.
    private static LiftPyramid Pyramid(Wavelet wavelet, int levels)
        => new(new LiftDownPool2d(LiftingScheme.Wavelet(wavelet, lossless: true), ceil_mode: true), levels);

    // Bands alike in size and spread stand together, for a coder that adapts as it goes.
    private static IEnumerable<Tensor> CoarseToFine(LiftPyramidBands parts) =>
        parts.Levels.Reverse().SelectMany(bands => new[] { bands.HL, bands.LH, bands.HH }).Prepend(parts.Approximation);

    private static float[] Values(Tensor x)
    {
        using var dense = x.contiguous();
        return dense.data<float>().ToArray();
    }
}

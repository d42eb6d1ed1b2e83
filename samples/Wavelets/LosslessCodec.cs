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
        using var pyramid = new LiftPyramid(Pool(wavelet), levels);
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

        using var pool = Pool(wavelet);
        using var up = new LiftUpPool2d(pool);
        long[][] inputs = [.. Inputs(kind.Planes, height, width).Take(levels + 1)];
        var coefficients = CoefficientCoder.Read(bytes, Count(inputs[levels]) + (3 * inputs.Skip(1).Sum(Count)));
        var next = 0;
        Tensor Next(long[] shape)
        {
            var start = next;
            next += Count(shape);
            return tensor(coefficients[start..next], shape);
        }

        var whole = Next(inputs[levels]);
        for (var level = levels - 1; level >= 0; level--)
        {
            var half = inputs[level + 1];
            var (hl, lh, hh) = (Next(half), Next(half), Next(half));
            whole = up.forward(new LiftBands([whole, lh, hl, hh], inputs[level]));
        }

        return ReversibleColour.Image(width, height, kind, Values(whole));
    }

    // With the longer half of an odd side every sample is in a band; with the shorter, some would be set aside for the up-pool alone.
    private static LiftDownPool2d Pool(Wavelet wavelet) => new(LiftingScheme.Wavelet(wavelet, lossless: true), ceil_mode: true);

    // What each level takes apart, the finest first.
    private static IEnumerable<long[]> Inputs(long planes, long height, long width)
    {
        while (true)
        {
            yield return [1, planes, height, width];
            (height, width) = ((height + 1) / 2, (width + 1) / 2);
        }
    }

    private static int Count(long[] shape) => (int)shape.Aggregate(1L, (product, length) => product * length);

    // Bands alike in size and spread stand together, for a coder that adapts as it goes.
    private static IEnumerable<Tensor> CoarseToFine(LiftPyramidBands parts) =>
        parts.Levels.Reverse().SelectMany(bands => new[] { bands.HL, bands.LH, bands.HH }).Prepend(parts.Approximation);

    private static float[] Values(Tensor x)
    {
        using var dense = x.contiguous();
        return dense.data<float>().ToArray();
    }
}

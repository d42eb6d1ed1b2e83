using LiftPool;
using static TorchSharp.torch;

namespace Wavelets;

/// <summary>What is left of an image after some levels.</summary>
/// <param name="Approximation">The last level's smooth copy.</param>
/// <param name="Details">Each level's bands, the finest first; their LL is what the next level takes apart.</param>
internal sealed record Decomposition(Tensor Approximation, IReadOnlyList<LiftBands> Details);

/// <summary>A multi-level wavelet transform of images [1, C, H, W]: a pool on the smooth copy of the pool before.</summary>
internal sealed class WaveletLevels : IDisposable
{
    private readonly LiftDownPool2d down;
    private readonly LiftUpPool2d up;

    /// <param name="wavelet">Fixed, so that one pool serves all levels.</param>
    /// <param name="lossless">Whether integers give integers.</param>
    /// <param name="ceil_mode">Whether an odd side gives bands of the longer half, or of the shorter and a sample set aside.</param>
    public WaveletLevels(Wavelet wavelet, bool lossless, bool ceil_mode)
    {
        down = new LiftDownPool2d(LiftingScheme.Wavelet(wavelet, lossless: lossless), Bands2d.LL, ceil_mode: ceil_mode);
        up = new LiftUpPool2d(down);
    }

    /// <summary>Takes an image apart, in as many levels as asked for or as there is room for: a side of one sample is not halved.</summary>
    public Decomposition Decompose(Tensor image, int levels)
    {
        var approximation = image;
        var details = new List<LiftBands>();
        while (details.Count < levels && approximation.size(2) >= 2 && approximation.size(3) >= 2)
        {
            var (smooth, bands) = down.forward_with_bands(approximation);
            details.Add(bands);
            approximation = smooth;
        }

        return new Decomposition(approximation, details);
    }

    /// <summary>Puts it together again.</summary>
    public Tensor Restore(Decomposition parts)
    {
        var image = parts.Approximation;
        foreach (var bands in parts.Details.Reverse())
        {
            image = up.forward(image, bands);
        }

        return image;
    }

    public void Dispose()
    {
        up.Dispose();
        down.Dispose();
    }
}

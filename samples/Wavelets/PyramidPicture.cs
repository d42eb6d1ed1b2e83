using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Wavelets;

/// <summary>
/// The bands of all levels in the place of the image: the smooth copy upper left, what is high along the row (HL) to its right,
/// what is high down the column (LH) below it, what is both (HH) across; and in the place of the smooth copy the next level.
/// </summary>
internal static class PyramidPicture
{
    // Details have many small values and few large ones: with so many standard deviations in the range of greys, edges are
    // bright and dark, and flat parts still show their texture. The few beyond are cut off.
    private const double DeviationsInRange = 5;
    private const double HalfRange = 127.5;

    // What is this flat (no detail but the transform's own rounding) is not made visible.
    private const double SmallestDeviation = 1e-2;

    private static readonly Scalar MidGrey = ((float)HalfRange).ToScalar();

    /// <summary>Draws the bands of an image [1, 3, H, W] of values in 0..255.</summary>
    /// <returns>For each level, the finest first, what its details are multiplied by to be seen.</returns>
    public static IReadOnlyList<double> Draw(Mosaic mosaic, Decomposition parts)
    {
        using var scope = NewDisposeScope();
        var contrasts = new List<double>();
        var (cellWidth, cellHeight) = (mosaic.Width, mosaic.Height);
        var labels = new List<(string Name, int Left, int Top, int Width, int Height)>();
        for (var level = 1; level <= parts.Details.Count; level++)
        {
            var bands = parts.Details[level - 1];
            var (bandWidth, bandHeight) = (Mosaic.WidthOf(bands.LL), Mosaic.HeightOf(bands.LL));
            var (right, below) = (cellWidth - bandWidth, cellHeight - bandHeight);
            var contrast = Contrast(bands.HL, bands.LH, bands.HH);
            contrasts.Add(contrast * (1 << level));
            Detail("HL", bands.HL, right, 0);
            Detail("LH", bands.LH, 0, below);
            Detail("HH", bands.HH, right, below);

            // An odd side leaves a row or column of nothing between its halves, which the line covers.
            mosaic.Line(bandWidth, 0, right - bandWidth, cellHeight);
            mosaic.Line(0, bandHeight, cellWidth, below - bandHeight);
            (cellWidth, cellHeight) = (bandWidth, bandHeight);

            void Detail(string name, Tensor band, int left, int top)
            {
                mosaic.Tile(Scaled(band, contrast).add(MidGrey), left, top);
                labels.Add((string.Create(CultureInfo.InvariantCulture, $"{name}{level}"), left, top, bandWidth, bandHeight));
            }
        }

        // These wavelets double a constant image at each level, sqrt(2) along each axis.
        mosaic.Tile(Scaled(parts.Approximation, Math.ScaleB(1, -parts.Details.Count)), 0, 0);
        labels.Add((string.Create(CultureInfo.InvariantCulture, $"LL{parts.Details.Count}"), 0, 0, cellWidth, cellHeight));
        foreach (var (name, left, top, width, height) in labels)
        {
            mosaic.Label(name, left, top, width, height);
        }

        return contrasts;
    }

    // One for the three bands of a level, so that they can be compared.
    private static double Contrast(params Tensor[] details)
    {
        using var all = cat([.. details.Select(band => band.flatten())]);
        using var deviation = all.square().mean().sqrt();
        return HalfRange / (DeviationsInRange * Math.Max(SmallestDeviation, deviation.item<float>()));
    }

    private static Tensor Scaled(Tensor band, double factor)
    {
        using var scalar = ((float)factor).ToScalar();
        return band.mul(scalar);
    }
}

using System.Globalization;
using LiftPool;
using TorchSharp;
using static TorchSharp.torch;

namespace Wavelets;

/// <summary>
/// The bands of all levels in the place of the image: the smooth copy upper left, what is high along the row (HL) to its right,
/// what is high down the column (LH) below it, what is both (HH) across; and in the place of the smooth copy the next level.
/// </summary>
internal static class PyramidPicture
{
    // Details have many small values and few large ones: with so many standard deviations between mid-grey and white, edges
    // are bright and dark, and flat parts still show their texture. The few beyond are cut off.
    private const double DeviationsInRange = 5;
    private const double HalfRange = 127.5;

    // What is this flat (no detail but the transform's own rounding) is not made visible.
    private const double SmallestDeviation = 1e-2;

    private static readonly Scalar MidGrey = ((float)HalfRange).ToScalar();

    /// <summary>Draws the bands of an image [1, 3, H, W] of values in 0..255.</summary>
    /// <returns>For each level, the finest first, what its details are multiplied by to be seen.</returns>
    public static IReadOnlyList<double> Draw(Mosaic mosaic, LiftPyramidBands parts)
    {
        using var scope = NewDisposeScope();
        var cells = Cells(mosaic, parts);

        // These wavelets double a constant image at each level, sqrt(2) along each axis.
        var levels = cells.Count;
        mosaic.Tile(Scaled(parts.Approximation, Math.ScaleB(1, -levels)), 0, 0);
        double[] contrasts = [.. cells.Select(cell => DrawDetails(mosaic, cell))];

        // Over all tiles.
        for (var level = 1; level <= levels; level++)
        {
            DrawFrame(mosaic, cells[level - 1], level);
        }

        mosaic.Label(Name("LL", levels), 0, 0, cells[^1].BandWidth, cells[^1].BandHeight);
        return [.. contrasts.Select((contrast, i) => Math.ScaleB(contrast, i + 1))];
    }

    private static List<Cell> Cells(Mosaic mosaic, LiftPyramidBands parts)
    {
        var cells = new List<Cell>();
        var (width, height) = (mosaic.Width, mosaic.Height);
        foreach (var bands in parts.Levels)
        {
            cells.Add(new Cell(bands, width, height));
            (width, height) = (cells[^1].BandWidth, cells[^1].BandHeight);
        }

        return cells;
    }

    private static double DrawDetails(Mosaic mosaic, Cell cell)
    {
        var bands = cell.Bands;
        var contrast = Contrast(bands.HL, bands.LH, bands.HH);
        mosaic.Tile(Visible(bands.HL), cell.Right, 0);
        mosaic.Tile(Visible(bands.LH), 0, cell.Below);
        mosaic.Tile(Visible(bands.HH), cell.Right, cell.Below);
        return contrast;

        Tensor Visible(Tensor detail) => Scaled(detail, contrast).add(MidGrey);
    }

    private static void DrawFrame(Mosaic mosaic, Cell cell, int level)
    {
        // An odd side leaves a sample's width of grey between its halves, with the line in its middle.
        mosaic.VerticalLine((cell.BandWidth + cell.Right) / 2f, cell.Height);
        mosaic.HorizontalLine((cell.BandHeight + cell.Below) / 2f, cell.Width);
        mosaic.Label(Name("HL", level), cell.Right, 0, cell.BandWidth, cell.BandHeight);
        mosaic.Label(Name("LH", level), 0, cell.Below, cell.BandWidth, cell.BandHeight);
        mosaic.Label(Name("HH", level), cell.Right, cell.Below, cell.BandWidth, cell.BandHeight);
    }

    private static string Name(string band, int level) => string.Create(CultureInfo.InvariantCulture, $"{band}{level}");

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

    /// <summary>The place of one level: all of the picture, or that of the smooth copy of the level before.</summary>
    private sealed record Cell(LiftBands Bands, int Width, int Height)
    {
        public int BandWidth { get; } = Mosaic.WidthOf(Bands.LL);

        public int BandHeight { get; } = Mosaic.HeightOf(Bands.LL);

        public int Right => Width - BandWidth;

        public int Below => Height - BandHeight;
    }
}

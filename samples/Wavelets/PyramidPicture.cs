using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Wavelets;

/// <summary>
/// The bands of all levels in the place of the image: the smooth copy upper left, what is high along the row (HL) to its right, what is
/// high down the column (LH) below it, what is both (HH) across; and in the place of the smooth copy the next level.
/// </summary>
internal sealed class PyramidPicture(int width, int height) : IDisposable
{
    /// <summary>What the details are multiplied by to be seen.</summary>
    public const int Contrast = 6;

    private static readonly SKColor LineColour = new(0xFFF2F1EC);
    private static readonly Scalar Darkest = 0f;
    private static readonly Scalar MidGrey = 127.5f;
    private static readonly Scalar Brightest = 255f;

    private readonly SKSurface surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));

    // As thin as can be seen once the picture is scaled to a page.
    private readonly int lineWidth = Math.Max(1, Math.Max(width, height) / 512);

    public void Draw(Decomposition parts)
    {
        var (cellWidth, cellHeight) = (width, height);
        for (var level = 1; level <= parts.Details.Count; level++)
        {
            var bands = parts.Details[level - 1];
            var (bandWidth, bandHeight) = (Width(bands.LL), Height(bands.LL));
            var (right, below) = (cellWidth - bandWidth, cellHeight - bandHeight);
            Tile(VisibleDetail(bands.HL, level), right, 0);
            Tile(VisibleDetail(bands.LH, level), 0, below);
            Tile(VisibleDetail(bands.HH, level), right, below);

            // An odd side leaves a pixel between its halves, which the line covers.
            Line(bandWidth, 0, Math.Max(lineWidth, right - bandWidth), cellHeight);
            Line(0, bandHeight, cellWidth, Math.Max(lineWidth, below - bandHeight));
            (cellWidth, cellHeight) = (bandWidth, bandHeight);
        }

        Tile(GreyValues(parts.Approximation, parts.Details.Count), 0, 0);
    }

    public void Save(string file)
    {
        using var pixels = surface.PeekPixels();
        using var stream = File.Create(file);
        pixels.Encode(stream, new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, zLibLevel: 9));
    }

    public void Dispose() => surface.Dispose();

    private static Tensor VisibleDetail(Tensor detail, int level)
    {
        using var values = GreyValues(detail, level);
        using var contrast = ((float)Contrast).ToScalar();
        using var louder = values.mul(contrast);
        return louder.add(MidGrey);
    }

    // These wavelets double a constant image at each level (sqrt(2) along each axis): undone, all levels are on the image's scale.
    private static Tensor GreyValues(Tensor band, int level)
    {
        using var scale = MathF.ScaleB(1, -level).ToScalar();
        return band.mul(scale);
    }

    private void Tile(Tensor values, int left, int top)
    {
        using var scope = NewDisposeScope();
        var pixels = values.clamp(Darkest, Brightest).round().to(ScalarType.Byte).squeeze(0).permute(1, 2, 0).contiguous();
        using var bitmap = new RgbImage(Width(values), Height(values), pixels.data<byte>().ToArray()).ToBitmap();
        surface.Canvas.DrawBitmap(bitmap, left, top);
    }

    private void Line(int left, int top, int lineAcross, int lineDown)
    {
        using var paint = new SKPaint { Color = LineColour };
        surface.Canvas.DrawRect(left, top, lineAcross, lineDown, paint);
    }

    private static int Width(Tensor x) => (int)x.size(3);

    private static int Height(Tensor x) => (int)x.size(2);
}

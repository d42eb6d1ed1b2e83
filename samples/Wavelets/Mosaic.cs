using Quickstart;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Wavelets;

/// <summary>A picture put together of tiles, lines and labels. Places and sizes are in samples; a small picture magnifies them.</summary>
internal sealed class Mosaic : IDisposable
{
    // A picture at least about so many pixels wide or high can be read on a page.
    private const int ReadableSide = 1024;

    private const float SmallestText = 9;

    private static readonly SKColor MidGrey = new(0xFF808080);
    private static readonly SKColor Shade = new(0xB0101216);
    private static readonly Scalar Darkest = 0f;
    private static readonly Scalar Brightest = 255f;

    private readonly int zoom;
    private readonly int lineWidth;
    private readonly float largestText;
    private readonly SKTypeface face = Fonts.Typeface(SKFontStyle.Bold);
    private readonly SKSurface surface;

    public Mosaic(int width, int height)
    {
        (Width, Height) = (width, height);
        var longerSide = Math.Max(width, height);
        zoom = Math.Max(1, ReadableSide / longerSide);
        lineWidth = Math.Max(1, zoom * longerSide / 700);
        largestText = zoom * longerSide / 56f;
        surface = Page.New(zoom * width, zoom * height, MidGrey);
    }

    public int Width { get; }

    public int Height { get; }

    public static int WidthOf(Tensor x) => (int)x.size(3);

    public static int HeightOf(Tensor x) => (int)x.size(2);

    /// <summary>Draws a tensor [1, 3, H, W]; what lies outside 0..255 is cut off.</summary>
    public void Tile(Tensor values, int left, int top)
    {
        using var scope = NewDisposeScope();
        using var image = Photo.ToImage(values.div(Brightest));
        var place = SKRect.Create(zoom * left, zoom * top, zoom * image.Width, zoom * image.Height);
        surface.Canvas.DrawImage(image, place, new SKSamplingOptions(SKFilterMode.Nearest));
    }

    /// <summary>A thin line from the upper edge down.</summary>
    public void VerticalLine(float x, int length) => Line(zoom * x, 0, 0, zoom * length);

    /// <summary>A thin line from the left edge to the right.</summary>
    public void HorizontalLine(float y, int length) => Line(0, zoom * y, zoom * length, 0);

    /// <summary>Writes a name into the lower left corner of a tile, smaller in a smaller tile, or not where it could not be read.</summary>
    public void Label(string name, int left, int top, int tileWidth, int tileHeight)
    {
        var size = Math.Min(largestText, zoom * Math.Min(tileWidth, tileHeight) / 9f);
        if (size < SmallestText || !face.ContainsGlyphs(name))
        {
            return;
        }

        using var font = new SKFont(face, size) { Subpixel = true };
        var box = SKRect.Create(
            (zoom * left) + (0.5f * size), (zoom * (top + tileHeight)) - (2 * size), font.MeasureText(name) + (0.8f * size), 1.5f * size);
        using var shade = new SKPaint { Color = Shade, IsAntialias = true };
        surface.Canvas.DrawRoundRect(box, 0.3f * size, 0.3f * size, shade);
        using var ink = new SKPaint { Color = Page.Bright, IsAntialias = true };
        surface.Canvas.DrawText(name, box.Left + (0.4f * size), box.Top + (1.12f * size), SKTextAlign.Left, font, ink);
    }

    public void Save(string file) => Page.Save(surface, file);

    public void Dispose()
    {
        surface.Dispose();
        face.Dispose();
    }

    // By whole pixels: a line between two would be a blurred one of twice the width.
    private void Line(float left, float top, float width, float height)
    {
        using var paint = new SKPaint { Color = Page.Bright };
        var (x, y) = (MathF.Floor(left - (width == 0 ? lineWidth / 2f : 0)), MathF.Floor(top - (height == 0 ? lineWidth / 2f : 0)));
        surface.Canvas.DrawRect(x, y, Math.Max(lineWidth, width), Math.Max(lineWidth, height), paint);
    }
}

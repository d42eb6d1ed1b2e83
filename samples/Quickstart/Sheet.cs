using SkiaSharp;
using static TorchSharp.torch;

namespace Quickstart;

/// <summary>A picture of equal columns, each with a title, a place for images and a note below.</summary>
internal sealed class Sheet : IDisposable
{
    private const int Margin = 40;
    private const float LineHeight = 1.9f;

    private static readonly SKColor Shade = new(0xB0101216);

    private readonly int columnWidth;
    private readonly float contentHeight;
    private readonly float textSize;
    private readonly SKTypeface regular = Fonts.Typeface(SKFontStyle.Normal);
    private readonly SKTypeface bold = Fonts.Typeface(SKFontStyle.Bold);
    private readonly SKSurface surface;

    public Sheet(int columns, int columnWidth, int contentHeight)
    {
        this.columnWidth = columnWidth;
        this.contentHeight = contentHeight;
        var width = (columns * (columnWidth + Margin)) + Margin;

        // Read at the same size whatever the number of columns, once the picture is scaled to a page.
        textSize = width / 60f;
        var height = contentHeight + (2 * LineHeight * textSize) + Margin;
        surface = Page.New(width, (int)height, Page.Background);
    }

    /// <summary>Whether this machine has a font to write with.</summary>
    public bool HasFont => bold.ContainsGlyphs("Lift") && regular.ContainsGlyphs("Lift");

    private float Top => Margin / 2 + (LineHeight * textSize);

    public void Title(int column, string title, string remark = "")
    {
        var used = Write(title, bold, Page.Bright, Left(column), Top - (0.6f * textSize), columnWidth, textSize);
        Write(remark, regular, Page.Dim, Left(column) + used + textSize, Top - (0.6f * textSize), columnWidth - used - textSize, 0.8f * textSize);
    }

    public void Note(int column, string strong, string remark = "")
    {
        var baseline = Top + contentHeight + (1.4f * textSize);
        var used = Write(strong, bold, Page.Bright, Left(column), baseline, columnWidth, 0.9f * textSize);
        Write(remark, regular, Page.Dim, Left(column) + used, baseline, columnWidth - used, 0.8f * textSize);
    }

    /// <summary>Draws a tensor [1, 3, H, W] in 0..1, each of its pixels a square of <paramref name="zoom"/>.</summary>
    public void Image(int column, Tensor x, float left, float top, int zoom = 1)
    {
        using var image = Photo.ToImage(x);
        var place = SKRect.Create(Left(column) + left, Top + top, zoom * image.Width, zoom * image.Height);
        surface.Canvas.DrawImage(image, place, new SKSamplingOptions(SKFilterMode.Nearest));
    }

    /// <summary>Writes a name on an image of this width, whose lower left corner is given.</summary>
    public void Label(int column, string name, string remark, float left, float bottom, float width)
    {
        if (!HasFont)
        {
            return;
        }

        var size = 0.75f * textSize;
        var (x, y) = (Left(column) + left + (0.5f * size), Top + bottom - (2.2f * size));
        using var nameFont = new SKFont(bold, size);
        using var remarkFont = new SKFont(regular, size);
        var tag = nameFont.MeasureText(name) + (0.5f * size) + remarkFont.MeasureText(remark) + size;
        using var shade = new SKPaint { Color = Shade, IsAntialias = true };
        surface.Canvas.DrawRoundRect(SKRect.Create(x, y, Math.Min(tag, width - size), 1.7f * size), 0.4f * size, 0.4f * size, shade);

        var used = Write(name, bold, Page.Bright, x + (0.5f * size), y + (1.2f * size), width - (2 * size), size);
        Write(remark, regular, Page.Bright, x + size + used, y + (1.2f * size), width - used - (2.5f * size), size);
    }

    public void Save(string file) => Page.Save(surface, file);

    public void Dispose()
    {
        surface.Dispose();
        bold.Dispose();
        regular.Dispose();
    }

    private float Left(int column) => Margin + (column * (columnWidth + Margin));

    /// <summary>Writes a line, smaller if it would be wider than it may, and returns its width.</summary>
    private float Write(string text, SKTypeface face, SKColor colour, float x, float baseline, float mostWidth, float size)
    {
        using var font = new SKFont(face, size) { Subpixel = true };
        var width = font.MeasureText(text);
        if (width > mostWidth)
        {
            font.Size *= Math.Max(0, mostWidth) / width;
            width = mostWidth;
        }

        using var paint = new SKPaint { Color = colour, IsAntialias = true };
        surface.Canvas.DrawText(text, x, baseline, SKTextAlign.Left, font, paint);
        return width;
    }
}

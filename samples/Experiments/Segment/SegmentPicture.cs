using Quickstart;
using SkiaSharp;

namespace Experiments;

/// <summary>One picture of label maps: a row for each scene; the scene, the truth and each variant's map side by side.</summary>
internal sealed class SegmentPicture : IDisposable
{
    private const int Zoom = 4;
    private const int Cell = Zoom * Scenes.Side;
    private const int Gap = 20;
    private const int Margin = 40;
    private const float TextSize = 20;
    private const float LineHeight = 1.4f * TextSize;
    private const int TitleLines = 4;
    private const float LegendItem = 190;

    // Fashion-MNIST's classes in the order of their numbers, then what is none of them.
    private static readonly (string Name, SKColor Colour)[] Classes =
    [
        ("T-shirt/top", new(0xFF4E79A7)),
        ("trouser", new(0xFFF28E2B)),
        ("pullover", new(0xFFE15759)),
        ("dress", new(0xFF76D7C4)),
        ("coat", new(0xFF59A14F)),
        ("sandal", new(0xFFEDC948)),
        ("shirt", new(0xFFB07AD1)),
        ("sneaker", new(0xFFFF9DC7)),
        ("bag", new(0xFFA5673F)),
        ("ankle boot", new(0xFFC9CCD1)),
        ("background", new(0xFF2E323A)),
    ];

    private readonly SKTypeface regular = Fonts.Typeface(SKFontStyle.Normal);
    private readonly SKTypeface bold = Fonts.Typeface(SKFontStyle.Bold);
    private readonly SKSurface surface;

    private SegmentPicture(int columns, int rows)
    {
        var width = Left(columns) - Gap + Margin;
        var height = Top(rows) + LegendHeight(width) + Margin;
        surface = Page.New(width, (int)height, Page.Background);
    }

    /// <summary>Draws what the runs of one seed have left behind of the first test scenes.</summary>
    /// <param name="variants">In the order of the columns; one that was not run has none.</param>
    /// <returns>False if there is nothing to draw.</returns>
    public static bool Draw(string file, string output, string settings, IEnumerable<string> variants, int seed)
    {
        var maps = variants.Select(name => (Name: name, Maps: SegmentMaps.Read(output, settings, name, seed)!)).Where(one => one.Maps is not null).ToArray();
        if (maps.Length == 0)
        {
            return false;
        }

        // Runs of one size see the same scenes, unless other data of the same folder name came between.
        var first = maps[0].Maps;
        if (maps.Any(one => one.Maps.Count != first.Count))
        {
            throw new InvalidDataException($"{output}: runs of {settings} left label maps of different numbers of scenes");
        }

        using var picture = new SegmentPicture(2 + maps.Length, first.Count);
        picture.DrawColumn(0, "scene", first.Count, scene => first.Scene(scene).Select(grey => new SKColor(grey, grey, grey)));
        picture.DrawColumn(1, "truth", first.Count, scene => Colours(first.Truth(scene)));
        foreach (var (i, (name, one)) in maps.Index())
        {
            picture.DrawColumn(2 + i, name, first.Count, scene => Colours(one.Given(scene)));
        }

        picture.DrawLegend(Top(first.Count));
        Page.Save(picture.surface, file);
        return true;
    }

    public void Dispose()
    {
        surface.Dispose();
        bold.Dispose();
        regular.Dispose();
    }

    private static IEnumerable<SKColor> Colours(byte[] labels) => labels.Select(label => Classes[label].Colour);

    private static int Left(int column) => Margin + (column * (Cell + Gap));

    private static float Top(int row) => Margin + (TitleLines * LineHeight) + (row * (Cell + Gap));

    private void DrawColumn(int column, string title, int rows, Func<int, IEnumerable<SKColor>> pixels)
    {
        using var font = new SKFont(bold, TextSize) { Subpixel = true };
        var lines = Titles.Wrap(title, font, Cell);
        for (var i = 0; i < lines.Count; i++)
        {
            Write(lines[i], font, Left(column), Top(0) - (0.6f * TextSize) - ((lines.Count - 1 - i) * LineHeight));
        }

        for (var row = 0; row < rows; row++)
        {
            using var bitmap = new SKBitmap(Scenes.Side, Scenes.Side) { Pixels = [.. pixels(row)] };
            using var image = SKImage.FromBitmap(bitmap);
            surface.Canvas.DrawImage(image, SKRect.Create(Left(column), Top(row), Cell, Cell), new SKSamplingOptions(SKFilterMode.Nearest));
        }
    }

    private void DrawLegend(float top)
    {
        using var font = new SKFont(regular, TextSize) { Subpixel = true };
        var perLine = LegendColumns(surface.Canvas.DeviceClipBounds.Width);
        foreach (var (i, (name, colour)) in Classes.Index())
        {
            var (x, y) = (Margin + (i % perLine * LegendItem), top + (i / perLine * LineHeight));
            using var paint = new SKPaint { Color = colour };
            surface.Canvas.DrawRect(SKRect.Create(x, y, TextSize, TextSize), paint);
            Write(name, font, x + (1.4f * TextSize), y + (0.85f * TextSize));
        }
    }

    private static float LegendHeight(int width)
        => MathF.Ceiling((float)Classes.Length / LegendColumns(width)) * LineHeight;

    private static int LegendColumns(int width) => Math.Max(1, (int)((width - (2 * Margin)) / LegendItem));

    private void Write(string text, SKFont font, float x, float baseline)
    {
        using var paint = new SKPaint { Color = Page.Bright, IsAntialias = true };
        surface.Canvas.DrawText(text, x, baseline, SKTextAlign.Left, font, paint);
    }
}

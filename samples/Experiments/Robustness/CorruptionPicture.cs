using Quickstart;
using SkiaSharp;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>One image under every corruption: a row each, without it and at its five severities.</summary>
internal static class CorruptionPicture
{
    private const int Seed = 1;
    private const int Gap = 6;
    private const int Margin = 24;
    private const int TitleWidth = 160;
    private const int TitleHeight = 40;
    private const float TextSize = 17;

    // Of an image, enlarged by a whole number.
    private const int LeastSide = 84;

    /// <summary>Draws the first of the images [N, C, H, W], grey or coloured, as a PNG.</summary>
    public static void Draw(string file, Tensor images)
    {
        using var scope = NewDisposeScope();
        var image = images.narrow(0, 0, 1);
        var zoom = (LeastSide + image.size(3) - 1) / image.size(3);
        var (width, height) = (zoom * image.size(3), zoom * image.size(2));
        var columns = Corruption.Levels + 1;
        using var surface = Page.New(
            (int)((2 * Margin) + TitleWidth + (columns * (width + Gap)) - Gap),
            (int)((2 * Margin) + TitleHeight + (Corruptions.All.Count * (height + Gap)) - Gap),
            Page.Background);
        using var face = Fonts.Typeface(SKFontStyle.Normal);
        using var font = new SKFont(face, TextSize) { Subpixel = true };
        using var paint = new SKPaint { Color = Page.Bright, IsAntialias = true };

        for (var column = 0; column < columns; column++)
        {
            var title = column == 0 ? "clean" : column == 1 ? "severity 1" : $"{column}";
            surface.Canvas.DrawText(title, Left(column) + (width / 2f), Margin + TextSize, SKTextAlign.Center, font, paint);
        }

        for (var row = 0; row < Corruptions.All.Count; row++)
        {
            var corruption = Corruptions.All[row];
            surface.Canvas.DrawText(corruption.Name, Margin, Top(row) + ((height + TextSize) / 2f), SKTextAlign.Left, font, paint);
            for (var column = 0; column < columns; column++)
            {
                using var picture = ToImage(column == 0 ? image : corruption.Apply(image, column, Seed));
                var place = SKRect.Create(Left(column), Top(row), width, height);
                surface.Canvas.DrawImage(picture, place, new SKSamplingOptions(SKFilterMode.Nearest));
            }
        }

        Page.Save(surface, file);

        float Left(int column) => Margin + TitleWidth + (column * (width + Gap));
        float Top(int row) => Margin + TitleHeight + (row * (height + Gap));
    }

    private static SKImage ToImage(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Photo.ToImage(x.expand(1, 3, x.size(2), x.size(3)));
    }
}

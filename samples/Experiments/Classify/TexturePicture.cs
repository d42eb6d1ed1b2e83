using Quickstart;
using SkiaSharp;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>Some patches of every photograph, a row each: on the left of those that are trained on, on the right of the test's.</summary>
internal static class TexturePicture
{
    public const string File = "classify-patches.png";

    private const int Each = 8;
    private const int Gap = 4;
    private const int Between = 28;
    private const int Margin = 24;
    private const int Zoom = 2;

    public static void Draw(string file, Splits data)
    {
        using var scope = NewDisposeScope();
        var side = Zoom * (int)data.Train.Images.size(3);
        using var surface = Page.New(
            (2 * Margin) + (2 * Each * (side + Gap)) - Gap + Between,
            (2 * Margin) + (data.Classes * (side + Gap)) - Gap,
            Page.Background);
        for (var row = 0; row < data.Classes; row++)
        {
            DrawRow(surface.Canvas, data.Train, data.Classes, row, Margin, side);
            DrawRow(surface.Canvas, data.Test, data.Classes, row, Margin + (Each * (side + Gap)) + Between, side);
        }

        Page.Save(surface, file);
    }

    // Patches lie class by class in turn.
    private static void DrawRow(SKCanvas canvas, Examples patches, int classes, int row, int left, int side)
    {
        for (var i = 0; i < Each && row + (i * classes) < patches.Count; i++)
        {
            using var image = Photo.ToImage(patches.Images.narrow(0, row + (i * classes), 1));
            var place = SKRect.Create(left + (i * (side + Gap)), Margin + (row * (side + Gap)), side, side);
            canvas.DrawImage(image, place, new SKSamplingOptions(SKFilterMode.Nearest));
        }
    }
}

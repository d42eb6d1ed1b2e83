using Quickstart;
using SkiaSharp;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>Some test crops as each pair of pools restored them: a row for each crop and task, a column for each pair, PSNRs below.</summary>
internal static class RestorePicture
{
    private const int Zoom = 4;
    private const int Cell = Zoom * PhotoSet.Side;
    private const int Gap = 16;
    private const int Margin = 40;
    private const float TextSize = 24;
    private const float LineHeight = 32;
    private const float HeadHeight = 4 * LineHeight;
    private const float RowHeight = Cell + LineHeight + Gap;

    /// <summary>Draws what the runs of one seed left of the crops that are shown.</summary>
    /// <returns>False, and draws nothing, if no pair of pools has run every task.</returns>
    public static bool Draw(string file, string output, string settings, int seed)
    {
        using var scope = NewDisposeScope();
        var found = PairChoice.All
            .Select(pair => (pair, runs: Degradation.All.Select(task => RestoredCrops.Read(output, settings, RestoreRun.Variant(task, pair), seed)).ToArray()))
            .Where(one => one.runs.All(run => run is not null))
            .ToArray();
        if (found.Length == 0)
        {
            return false;
        }

        var tasks = Degradation.All.Select((task, i) => (task, runs: found.Select(one => one.runs[i]!.Value).ToArray())).ToArray();
        // Runs of one size see the same crops, unless other data of the same folder name came between.
        var crops = tasks[0].runs[0].Truth.size(0);
        if (tasks.Any(one => one.runs.Any(run => run.Truth.size(0) != crops)))
        {
            throw new InvalidDataException($"{output}: runs of {settings} left different numbers of restored crops");
        }

        var rows = tasks.Sum(one => (int)one.runs[0].Truth.size(0));
        var columns = 2 + found.Length;
        using var surface = Page.New(
            (2 * Margin) + (columns * Cell) + ((columns - 1) * Gap),
            (int)((2 * Margin) + HeadHeight + (rows * RowHeight) - Gap),
            Page.Background);
        DrawHead(surface.Canvas, found.Select(one => one.pair.Name));
        var top = Margin + HeadHeight;
        foreach (var (task, runs) in tasks)
        {
            for (var crop = 0; crop < runs[0].Truth.size(0); crop++, top += RowHeight)
            {
                DrawRow(surface.Canvas, top, task, [.. runs.Select(run => (One(run.Truth, crop), One(run.Input, crop), One(run.Result, crop)))]);
            }
        }

        Page.Save(surface, file);
        return true;
    }

    private static Tensor One(Tensor crops, int index) => crops.narrow(0, index, 1);

    private static void DrawHead(SKCanvas canvas, IEnumerable<string> pairs)
    {
        using var face = Fonts.Typeface(SKFontStyle.Bold);
        using var font = new SKFont(face, TextSize) { Subpixel = true };
        string[] titles = ["truth", "input", .. pairs];
        for (var column = 0; column < titles.Length; column++)
        {
            var lines = Titles.Wrap(titles[column], font, Cell);
            for (var line = 0; line < lines.Count; line++)
            {
                Write(canvas, lines[line], SKFontStyle.Bold, Page.Bright, column, Margin + HeadHeight - (LineHeight * (lines.Count - line - 0.6f)));
            }
        }
    }

    private static void DrawRow(SKCanvas canvas, float top, Degradation task, (Tensor Truth, Tensor Input, Tensor Result)[] runs)
    {
        var baseline = top + Cell + (0.8f * LineHeight);
        var (truth, input, _) = runs[0];
        DrawCrop(canvas, truth, 0, top);
        Write(canvas, task.Name, SKFontStyle.Normal, Page.Dim, 0, baseline);
        DrawCrop(canvas, input, 1, top);
        Write(canvas, Decibels(input, truth), SKFontStyle.Normal, Page.Dim, 1, baseline);
        for (var run = 0; run < runs.Length; run++)
        {
            DrawCrop(canvas, runs[run].Result, 2 + run, top);
            Write(canvas, Decibels(runs[run].Result, truth), SKFontStyle.Normal, Page.Bright, 2 + run, baseline);
        }
    }

    private static string Decibels(Tensor image, Tensor truth)
    {
        using var psnr = ImageQuality.Psnr(image, truth);
        return FormattableString.Invariant($"{psnr.item<double>():0.0} dB");
    }

    private static void DrawCrop(SKCanvas canvas, Tensor crop, int column, float top)
    {
        using var image = GreyPhoto.ToImage(crop);
        canvas.DrawImage(image, SKRect.Create(Left(column), top, Cell, Cell), new SKSamplingOptions(SKFilterMode.Nearest));
    }

    // Smaller if it would be wider than its column.
    private static void Write(SKCanvas canvas, string text, SKFontStyle style, SKColor colour, int column, float baseline)
    {
        using var face = Fonts.Typeface(style);
        using var font = new SKFont(face, TextSize) { Subpixel = true };
        font.Size *= Math.Min(1, Cell / font.MeasureText(text));
        using var paint = new SKPaint { Color = colour, IsAntialias = true };
        canvas.DrawText(text, Left(column), baseline, SKTextAlign.Left, font, paint);
    }

    private static float Left(int column) => Margin + (column * (Cell + Gap));
}

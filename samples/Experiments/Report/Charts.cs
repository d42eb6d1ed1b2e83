using ScottPlot;

namespace Experiments;

/// <summary>Bars of differences, and training curves.</summary>
internal static class Charts
{
    private const int Width = 1200;
    private const int RowHeight = 44;
    private const int Frame = 194;
    private const int CurvesHeight = 640;

    private static readonly Color DecidedColor = Color.FromHex("#2f6db5");
    private static readonly Color UndecidedColor = Color.FromHex("#a9c3e2");
    private static readonly Color LineColor = Color.FromHex("#1d1f24");

    /// <summary>A bar a variant: how far it is from the reference, over the same seeds, and a line for the 95 % interval.</summary>
    /// <returns>False, and nothing is drawn, if there is no variant to compare.</returns>
    public static bool Differences(string file, string title, string reference, IEnumerable<string> variants, Metric metric, Measurements measurements)
    {
        var ofReference = measurements.BySeed(reference, metric.Name);
        string[] compared = [.. variants];
        var differences = PairedDifference.Holm([.. compared.Select(variant => PairedDifference.Of(measurements.BySeed(variant, metric.Name), ofReference))]);
        (string Variant, PairedDifference Difference)[] rows =
            [.. compared.Index().Where(one => differences[one.Index] is not null).Select(one => (one.Item, differences[one.Index]!))];
        if (rows.Length == 0)
        {
            return false;
        }

        var plot = new Plot();
        var bars = plot.Add.Bars((List<Bar>)
        [
            .. rows.Select((row, i) => new Bar
            {
                Position = rows.Length - 1 - i,
                Value = metric.Scale * row.Difference.Mean,
                Size = 0.6,
                Error = double.IsNaN(row.Difference.HalfWidth) ? 0 : metric.Scale * row.Difference.HalfWidth,
                FillColor = row.Difference.Verdict == Verdict.Undecided ? UndecidedColor : DecidedColor,
                LineColor = LineColor,
                LineWidth = 1.5f,
            }),
        ]);
        bars.Horizontal = true;
        plot.Add.VerticalLine(0, 1.5f, Colors.Black);
        plot.Title(title);
        plot.XLabel($"{metric.Title}: difference from {reference}\n95 % intervals (Holm, over these bars); pale if undecided");
        plot.Axes.Left.SetTicks([.. Enumerable.Range(0, rows.Length).Select(i => rows.Length - 1.0 - i)], [.. rows.Select(row => Label(row.Variant))]);
        Style(plot);
        plot.Axes.SetLimitsY(-0.6, rows.Length - 0.4);
        plot.SavePng(file, Width, Frame + (RowHeight * rows.Length));
        return true;

        // What all bars share is the reference, which the axis names.
        string Label(string variant) => variant.StartsWith($"{reference}, ", StringComparison.Ordinal) ? variant[(reference.Length + 2)..] : variant;
    }

    /// <summary>A line a variant: the score after each epoch, mean over the seeds.</summary>
    public static bool Curves(string file, string title, Metric score, IReadOnlyList<string> variants, IReadOnlyList<CurvePoint> points)
    {
        // One epoch is a point and no curve.
        if (points.All(point => point.Epoch == 1))
        {
            return false;
        }

        var plot = new Plot();
        foreach (var variant in variants)
        {
            var epochs = points.Where(point => point.Variant == variant).GroupBy(point => point.Epoch).OrderBy(group => group.Key).ToArray();
            if (epochs.Length > 0)
            {
                var line = plot.Add.Scatter(
                    epochs.Select(group => (double)group.Key).ToArray(), epochs.Select(group => score.Scale * group.Average(point => point.Score)).ToArray());
                line.LegendText = variant;
                line.LineWidth = 2;
            }
        }

        plot.Title(title);
        plot.XLabel("epoch");
        plot.YLabel(score.Title);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true };
        plot.ShowLegend(Alignment.LowerRight);
        plot.Legend.ShadowColor = Colors.Transparent;
        Style(plot);
        plot.SavePng(file, Width, CurvesHeight);
        return true;
    }

    private static void Style(Plot plot)
    {
        plot.Axes.Title.Label.FontSize = 20;
        plot.Axes.Left.TickLabelStyle.FontSize = 15;
        plot.Axes.Bottom.TickLabelStyle.FontSize = 14;
        plot.Axes.Bottom.Label.FontSize = 15;
        plot.Axes.Left.Label.FontSize = 15;
        plot.Axes.Left.MajorTickStyle.Length = 0;
    }
}

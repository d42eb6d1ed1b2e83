using ScottPlot;

namespace Experiments;

/// <summary>Bars with their deviations, and training curves.</summary>
internal static class Charts
{
    private const int Width = 1200;
    private const int RowHeight = 44;
    private const int Frame = 170;

    private static readonly Color BarColor = Color.FromHex("#2f6db5");
    private static readonly Color ReferenceColor = Color.FromHex("#e08a2c");

    /// <summary>A bar a variant: the mean over the seeds and a line of one standard deviation to each side.</summary>
    public static void Bars(string file, string title, Question question, Measurements measurements)
    {
        var metric = question.Metrics[0];
        string[] variants = [.. question.Variants.Prepend(question.Reference).Where(measurements.Variants.Contains)];
        Summary[] summaries = [.. variants.Select(variant => measurements.Summary(variant, metric.Name))];
        var (lowest, highest) = (
            summaries.Min(one => one.Mean - (double.IsNaN(one.Deviation) ? 0 : one.Deviation)),
            summaries.Max(one => one.Mean + (double.IsNaN(one.Deviation) ? 0 : one.Deviation)));
        var plot = new Plot();
        var bars = plot.Add.Bars((List<Bar>)[.. summaries.Select((one, i) => new Bar
        {
            Position = variants.Length - 1 - i,
            Value = metric.Scale * one.Mean,
            Size = 0.7,
            Error = double.IsNaN(one.Deviation) ? 0 : metric.Scale * one.Deviation,
            FillColor = i == 0 ? ReferenceColor : BarColor,
            LineWidth = 0,
            ValueLabel = "",
        })]);
        bars.Horizontal = true;
        plot.Title(title);
        plot.XLabel($"{metric.Title}: mean and standard deviation of {summaries.Max(one => one.Count)} seeds");
        plot.Axes.Left.SetTicks([.. Enumerable.Range(0, variants.Length).Select(i => variants.Length - 1.0 - i)], variants);
        Style(plot);

        // Not from zero: the differences are a few percent. The axis says so by its numbers.
        var margin = 0.15 * Math.Max(highest - lowest, 1e-3);
        plot.Axes.SetLimits(metric.Scale * (lowest - (4 * margin)), metric.Scale * (highest + margin), -0.6, variants.Length - 0.4);
        Save(plot, file, Frame + (RowHeight * variants.Length));
    }

    /// <summary>A line a variant: the score after each epoch, mean over the seeds.</summary>
    public static void Curves(string file, string title, Metric score, IReadOnlyList<string> variants, IReadOnlyList<CurvePoint> points)
    {
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
        Save(plot, file, height: 640);
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

    private static void Save(Plot plot, string file, int height)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        plot.SavePng(file, Width, height);
    }
}

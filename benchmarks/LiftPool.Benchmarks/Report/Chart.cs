using ScottPlot;

namespace LiftPool.Benchmarks;

/// <summary>The picture: LiftDownPool against MaxPool, two bars a shape, with their targets.</summary>
internal static class Chart
{
    private const int Width = 1200;
    private const int Height = 760;

    // Shapes are a unit apart; two bars of this width leave a gap between shapes.
    private const double BarWidth = 0.36;

    // A longer bar is cut off and its number says so: one that missed by far would hide all the others.
    private const double Longest = 1.25;

    // On the axis of ratios.
    private const double NumberWidth = 0.06;

    private static readonly Color ForwardColor = Color.FromHex("#2f6db5");
    private static readonly Color TrainingColor = Color.FromHex("#e08a2c");
    private static readonly Color TargetColor = Color.FromHex("#1d1f24");

    public static void Save(string file, Results results)
    {
        // A call on the smallest shape is overhead alone; its bar would dwarf the others.
        ShapeResult[] shapes = [.. results.Shapes.Where(one => !one.Shape.IsSmallest)];
        var plot = new Plot();
        for (var i = 0; i < shapes.Length; i++)
        {
            var centre = shapes.Length - 1.0 - i;
            Add(Target.Forward, shapes[i], centre + (BarWidth / 2), ForwardColor);
            Add(Target.Training, shapes[i], centre - (BarWidth / 2), TrainingColor);
        }

        plot.Add.VerticalLine(1, 1.5f, Color.FromHex("#9098a3"), LinePattern.Dashed);
        plot.Title("LiftDownPool against MaxPool: time of a call, contiguous float32 (shorter is faster)");
        plot.XLabel($"ratio of medians; 1 is MaxPool. {Machine.Heading}");
        plot.Axes.Left.SetTicks(
            [.. Enumerable.Range(0, shapes.Length).Select(i => shapes.Length - 1.0 - i)],
            [.. shapes.Select(one => one.Shape.Name)]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericFixedInterval(interval: 0.25);
        plot.Axes.Left.TickLabelStyle.FontSize = 16;
        plot.Axes.Bottom.TickLabelStyle.FontSize = 14;
        plot.Axes.Bottom.Label.FontSize = 16;
        plot.Axes.Title.Label.FontSize = 20;
        plot.HideGrid();

        plot.Legend.ManualItems.Add(new LegendItem { LabelText = "forward, no gradient", FillColor = ForwardColor });
        plot.Legend.ManualItems.Add(new LegendItem { LabelText = "forward + backward", FillColor = TrainingColor });
        plot.Legend.ManualItems.Add(new LegendItem { LabelText = "target", LineColor = TargetColor, LineWidth = 3 });
        plot.Legend.FontSize = 15;
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.ShowLegend(Edge.Bottom);

        // Room for the number at the end of the longest bar.
        plot.Axes.SetLimits(0, 1.1 * Longest, -0.6, shapes.Length - 0.4);
        plot.SavePng(file, Width, Height);

        void Add(Target target, ShapeResult one, double position, Color color)
        {
            if (target.Ratio(one) is not { } ratio)
            {
                return;
            }

            var end = Math.Min(ratio, Longest);
            var bars = plot.Add.Bars((Bar[])[new Bar { Position = position, Value = end, Size = BarWidth, FillColor = color, LineWidth = 0 }]);
            bars.Horizontal = true;
            if (target.Limit(one.Shape) is { } limit)
            {
                var mark = plot.Add.Line(limit, position - (BarWidth / 2), limit, position + (BarWidth / 2));
                mark.LineColor = TargetColor;
                mark.LineWidth = 3;

                // The number stands behind the mark, not under it.
                end = limit > end && limit < end + NumberWidth ? limit : end;
            }

            var number = plot.Add.Text(FormattableString.Invariant($"{ratio:0.00}{(ratio > Longest ? " >>" : "")}"), end, position);
            number.LabelAlignment = Alignment.MiddleLeft;
            number.LabelFontSize = 14;
            number.OffsetX = 4;
        }
    }
}

using System.Globalization;
using System.Text;

namespace Experiments;

/// <summary>Writes report.md: for every experiment and size that has results its tables, claims and charts.</summary>
internal sealed class ReportWriter(string output)
{
    private readonly StringBuilder text = new();

    /// <exception cref="InvalidDataException">There are no results, or damaged ones; no report is written.</exception>
    public string Write(IReadOnlyList<Chapter> chapters)
    {
        var campaign = new Campaign(output);
        if (chapters.All(chapter => campaign.Results(chapter.Experiment).Read().Count == 0))
        {
            throw new InvalidDataException(
                $"{output}: no results to report there ({string.Join(", ", chapters.Select(chapter => $"{chapter.Experiment}.csv"))})");
        }

        Say($"# Results");
        Say($"");
        Say($"Mean ± standard deviation over seeds. Differences are paired by seed, with their 95 % interval by Student's t: over seeds alone, the test");
        Say($"examples being always the same, and not corrected for their number, so that one in twenty may be wrong. Bold: at least {PairedDifference.EnoughSeeds} pairs, and");
        Say($"zero outside the interval; all else is undecided.");
        foreach (var chapter in chapters)
        {
            var curves = campaign.Curves(chapter.Experiment).Read();
            foreach (var measurements in Measurements.Of(chapter.Derived(campaign.Results(chapter.Experiment).Read())))
            {
                Say($"");
                Say($"## {chapter.Title}");
                Say($"");
                Say($"Data and size: {measurements.Settings} (data, examples to train, to validate and to test at most, epochs).");
                Add(chapter, measurements);
                AddPictures(chapter, measurements, [.. curves.Where(point => point.Settings == measurements.Settings)]);
            }
        }

        var file = Path.Combine(output, "report.md");
        RunFiles.Write(file, next => File.WriteAllText(next, text.ToString()));
        return file;
    }

    private void Add(Chapter chapter, Measurements measurements)
    {
        foreach (var question in chapter.Questions)
        {
            if (question.Variants.Any(measurements.Variants.Contains)
                && question.Metrics.Any(metric => measurements.Metrics.Contains(metric.Name)))
            {
                Add(question, measurements);
            }
        }

        var claims = chapter.Claims.Where(claim => measurements.Variants.Contains(claim.Variant) && measurements.Variants.Contains(claim.Reference)).ToArray();
        if (claims.Length > 0)
        {
            Say($"");
            Say($"### {chapter.Title}: claims");
            Say($"");
            Say($"| claim | measured | difference, 95 % interval | seeds | verdict |");
            Say($"|---|---|---|---|---|");
            foreach (var claim in claims)
            {
                Add(claim, measurements);
            }
        }
    }

    private void Add(Question question, Measurements measurements)
    {
        Metric[] metrics = [.. question.Metrics.Where(metric => measurements.Metrics.Contains(metric.Name))];
        Say($"");
        Say($"### {question.Title}");
        Say($"");
        Say($"| | seeds | {string.Join(" | ", metrics.Select(metric => metric.Title))} | {metrics[0].Name} less that of {question.Reference} |");
        Say($"|---|---|{string.Concat(metrics.Select(_ => "---|"))}---|");
        foreach (var variant in question.Variants.Prepend(question.Reference).Where(measurements.Variants.Contains))
        {
            var cells = metrics.Select(metric => Text(measurements.Summary(variant, metric.Name), metric));
            var values = measurements.BySeed(variant, metrics[0].Name);
            var difference = variant == question.Reference ? null : PairedDifference.Of(values, measurements.BySeed(question.Reference, metrics[0].Name));
            Say($"| {variant} | {values.Count} | {string.Join(" | ", cells)} | {Text(difference, metrics[0])} |");
        }
    }

    private void Add(Claim claim, Measurements measurements)
    {
        var metric = claim.Metric;
        if (PairedDifference.Of(measurements.BySeed(claim.Variant, metric.Name), measurements.BySeed(claim.Reference, metric.Name)) is not { } difference)
        {
            return;
        }

        var verdict = (difference.Verdict, metric.LowerIsBetter) switch
        {
            (Verdict.Undecided, _) => difference.Count < PairedDifference.EnoughSeeds ? "undecided: too few seeds" : "undecided",
            (Verdict.Higher, false) or (Verdict.Lower, true) => claim.IsOurs ? "**yes**" : "**reproduced**",
            _ => claim.IsOurs ? "**no**: the opposite" : "**not reproduced**: the opposite",
        };
        var measured = $"{metric.Title}: {Of(claim.Variant)}, {Of(claim.Reference)}";
        Say($"| {(claim.IsOurs ? "ours: " : "")}{claim.Text} | {measured} | {Text(difference, metric)} | {difference.Count} | {verdict} |");

        string Of(string variant) => $"{variant} {Text(measurements.Summary(variant, metric.Name), metric)}";
    }

    private void AddPictures(Chapter chapter, Measurements measurements, IReadOnlyList<CurvePoint> curves)
    {
        var folder = RunFiles.Pictures(output, measurements.Settings);
        Directory.CreateDirectory(folder);
        var pictures = chapter.Pictures(new Drawing(output, folder, measurements, curves));
        foreach (var (title, file) in pictures)
        {
            Say($"");
            Say($"![{title}]({Path.GetRelativePath(output, file).Replace('\\', '/')})");
        }
    }

    private static string Text(Summary summary, Metric metric)
        => summary.Deviation > 0
            ? $"{Text(summary.Mean, metric)} ± {Text(summary.Deviation, metric)}"
            : Text(summary.Mean, metric);

    private static string Text(PairedDifference? difference, Metric metric)
    {
        if (difference is null)
        {
            return "";
        }

        var mean = $"{(difference.Mean < 0 ? "" : "+")}{Text(difference.Mean, metric)}";
        var interval = double.IsNaN(difference.HalfWidth) ? mean : $"{mean} ± {Text(difference.HalfWidth, metric)}";
        return difference.Verdict == Verdict.Undecided ? interval : $"**{interval}**";
    }

    private static string Text(double value, Metric metric) => (metric.Scale * value).ToString(metric.Format, CultureInfo.InvariantCulture);

    private static string Text(FormattableString cell) => cell.ToString(CultureInfo.InvariantCulture);

    private void Say(FormattableString line) => text.Append(Text(line)).Append('\n');
}

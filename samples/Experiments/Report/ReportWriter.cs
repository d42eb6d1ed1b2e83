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
        Say($"Mean ± standard deviation over seeds. Differences are paired by seed, with an interval by Student's t: over seeds alone, the test examples");
        Say($"being always the same. The more differences a table has, the wider the intervals (Holm's method): that any bold one of a table is wrong has a");
        Say($"chance of 5 % at most. Bold: at least {PairedDifference.EnoughSeeds} pairs, and zero outside the interval; all else is undecided.");
        AddRanks(chapters, campaign);
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
            if (measurements.Variants.Contains(question.Reference)
                && question.Variants.Any(measurements.Variants.Contains)
                && question.Metrics.Any(metric => measurements.Metrics.Contains(metric.Name)))
            {
                Add(question, measurements);
            }
        }

        foreach (var ranking in chapter.Rankings)
        {
            Add(ranking, measurements);
        }

        (Claim Claim, PairedDifference? Difference)[] claims =
        [
            .. from claim in chapter.Claims
               let difference = Difference(measurements, claim.Variant, claim.Reference, claim.Metric)
               where difference is not null
               select (claim, difference),
        ];
        if (claims.Length > 0)
        {
            Say($"");
            Say($"### {chapter.Title}: claims");
            Say($"");
            Say($"| claim | measured | difference, 95 % interval | seeds | verdict |");
            Say($"|---|---|---|---|---|");
            var corrected = PairedDifference.Holm([.. claims.Select(one => one.Difference)]);
            foreach (var (i, (claim, _)) in claims.Index())
            {
                Add(claim, corrected[i]!, measurements);
            }
        }
    }

    private static PairedDifference? Difference(Measurements measurements, string variant, string reference, Metric metric)
        => PairedDifference.Of(measurements.BySeed(variant, metric.Name), measurements.BySeed(reference, metric.Name));

    private void Add(Question question, Measurements measurements)
    {
        Metric[] metrics = [.. question.Metrics.Where(metric => measurements.Metrics.Contains(metric.Name))];
        Say($"");
        Say($"### {question.Title}");
        Say($"");
        Say($"| | seeds | {string.Join(" | ", metrics.Select(metric => metric.Title))} | {metrics[0].Name} less that of {question.Reference} |");
        Say($"|---|---|{string.Concat(metrics.Select(_ => "---|"))}---|");
        string[] variants = [.. question.Variants.Where(variant => measurements.BySeed(variant, metrics[0].Name).Count > 0)];
        var differences = PairedDifference.Holm([.. variants.Select(variant => Difference(measurements, variant, question.Reference, metrics[0]))]);
        Row(question.Reference, null);
        foreach (var (i, variant) in variants.Index())
        {
            Row(variant, differences[i]);
        }

        void Row(string variant, PairedDifference? difference)
        {
            var cells = metrics.Select(metric => Text(measurements.Summary(variant, metric.Name), metric));
            Say($"| {variant} | {measurements.BySeed(variant, metrics[0].Name).Count} | {string.Join(" | ", cells)} | {Text(difference, metrics[0])} |");
        }
    }

    private void Add(Claim claim, PairedDifference difference, Measurements measurements)
    {
        var metric = claim.Metric;
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

    // The best first, and how far each is from each reference.
    private void Add(Ranking ranking, Measurements measurements)
    {
        var (order, seeds) = (ranking.Order(measurements), ranking.Seeds(measurements));
        string[] references = [.. ranking.References.Where(order.Contains)];
        if (references.Length == 0)
        {
            return;
        }

        var shown = ranking.Shown;

        // One family: all columns together.
        var family = PairedDifference.Holm(
        [
            .. from reference in references
               from variant in order
               select variant == reference ? null : Difference(measurements, variant, reference, shown),
        ]);
        var differences = family.Chunk(order.Count).ToArray();
        Say($"");
        Say($"### {ranking.Title}");
        Say($"");
        Say($"In order of {ranking.Deciding.Name} over {seeds.Count} seeds; behind each difference the number of its pairs.");
        Say($"");
        Say($"| place | | {ranking.Deciding.Title} | {shown.Title} | {string.Join(" | ", references.Select(reference => $"{shown.Name} less that of {reference}"))} |");
        Say($"|---|---|---|---|{string.Concat(references.Select(_ => "---|"))}");
        foreach (var (i, variant) in order.Index())
        {
            var (deciding, tested) = (measurements.Summary(variant, ranking.Deciding.Name, seeds), measurements.Summary(variant, shown.Name, seeds));
            var cells = string.Join(" | ", differences.Select(column => column[i] is { } one ? $"{Text(one, shown)} ({one.Count})" : ""));
            Say($"| {i + 1} | {variant} | {Text(deciding, ranking.Deciding)} | {Text(tested, shown)} | {cells} |");
        }
    }

    /// <summary>The place of each variant in each setting in which many were ranked.</summary>
    private void AddRanks(IReadOnlyList<Chapter> chapters, Campaign campaign)
    {
        foreach (var (chapter, ranking) in chapters.SelectMany(chapter => chapter.Rankings.Select(ranking => (chapter, ranking))))
        {
            var settings = Measurements.Of(chapter.Derived(campaign.Results(chapter.Experiment).Read()))
                .Select(measurements => (measurements.Settings, Order: ranking.Order(measurements).ToList())).Where(one => one.Order.Count > 1).ToArray();
            if (settings.Length < 2)
            {
                continue;
            }

            Say($"");
            Say($"## {ranking.Title}: places");
            Say($"");
            Say($"The place of each by {ranking.Deciding.Name}, 1 the best, in each setting.");
            Say($"");
            Say($"| | {string.Join(" | ", settings.Select(one => one.Settings))} |");
            Say($"|---|{string.Concat(settings.Select(_ => "---|"))}");
            foreach (var variant in ranking.Variants.Where(variant => settings.Any(one => one.Order.Contains(variant))))
            {
                var places = settings.Select(one => one.Order.IndexOf(variant) is >= 0 and var place ? $"{place + 1} of {one.Order.Count}" : "");
                Say($"| {variant} | {string.Join(" | ", places)} |");
            }
        }
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

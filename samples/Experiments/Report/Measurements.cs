namespace Experiments;

/// <summary>All measurements of one experiment with one size, by variant, metric and seed.</summary>
internal sealed class Measurements(string settings, IEnumerable<Measurement> lines)
{
    private readonly ILookup<(string Variant, string Metric), Measurement> values = lines.ToLookup(line => (line.Variant, line.Metric));

    public string Settings => settings;

    public IReadOnlyList<string> Variants { get; } = [.. lines.Select(line => line.Variant).Distinct()];

    public IReadOnlyList<string> Metrics { get; } = [.. lines.Select(line => line.Metric).Distinct()];

    public IReadOnlyDictionary<int, double> BySeed(string variant, string metric)
        => values[(variant, metric)].GroupBy(line => line.Seed).ToDictionary(runs => runs.Key, runs => runs.Last().Value);

    public Summary Summary(string variant, string metric) => Experiments.Summary.Of([.. BySeed(variant, metric).Values]);

    /// <summary>Over these seeds alone.</summary>
    public Summary Summary(string variant, string metric, IReadOnlySet<int> seeds)
        => Experiments.Summary.Of([.. BySeed(variant, metric).Where(one => seeds.Contains(one.Key)).Select(one => one.Value)]);

    public static IEnumerable<Measurements> Of(IReadOnlyList<Measurement> lines)
        => lines.GroupBy(line => line.Settings).Select(group => new Measurements(group.Key, group.ToArray()));
}

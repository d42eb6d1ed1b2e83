namespace Experiments;

/// <summary>Which run: of which settings, variant and seed.</summary>
internal sealed record RunKey(string Settings, string Variant, int Seed);

/// <summary>
/// Errors and flip probabilities as shares of the baseline's with the same settings and seed, in percent: the baseline has
/// 100 everywhere, and less is better.
/// </summary>
/// <remarks>
/// <para>With the error E of a network f at a corruption c and severity s, and the flip probability F at a perturbation p:</para>
/// <list type="bullet">
/// <item>corruption error CE(c) = sum_s E(f, c, s) / sum_s E(baseline, c, s), mCE the mean over corruptions;</item>
/// <item>relative CE(c) = sum_s (E(f, c, s) - E(f, clean)) / sum_s (E(baseline, c, s) - E(baseline, clean)), and its mean;</item>
/// <item>flip rate FR(p) = F(f, p) / F(baseline, p), mFR the mean over perturbations.</item>
/// </list>
/// <para>
/// A ratio to a baseline that loses nothing, or never flips, means nothing: it is left out, for all variants of that seed, and so
/// are the means that it would belong to; so is the ratio of a run that lacks a measurement. D. Hendrycks and T. Dietterich,
/// ICLR 2019 (arXiv 1903.12261), with AlexNet as the baseline.
/// </para>
/// </remarks>
internal static class RobustnessRatios
{
    public const string MeanCorruptionError = "mCE";
    public const string RelativeMeanCorruptionError = "relative mCE";
    public const string MeanFlipRate = "mFR";

    public static string CorruptionError(string corruption) => $"CE: {corruption}";

    public static string RelativeCorruptionError(string corruption) => $"relative CE: {corruption}";

    public static string FlipRate(string perturbation) => $"FR: {perturbation}";

    /// <summary>The ratios of each run; runs without a baseline run of their settings and seed are left out.</summary>
    /// <param name="runs">What each run measured, named as <see cref="RobustnessMetrics"/> names it.</param>
    /// <param name="baseline">The variant that has 100.</param>
    public static Dictionary<RunKey, Dictionary<string, double>> Of(
        IReadOnlyDictionary<RunKey, IReadOnlyDictionary<string, double>> runs, string baseline)
        => runs
            .Where(run => runs.ContainsKey(run.Key with { Variant = baseline }))
            .ToDictionary(run => run.Key, run => Of(run.Value, runs[run.Key with { Variant = baseline }]));

    /// <summary>The ratios of one run.</summary>
    public static Dictionary<string, double> Of(IReadOnlyDictionary<string, double> run, IReadOnlyDictionary<string, double> baseline)
    {
        string[] measured = [.. baseline.Keys.Union(run.Keys)];
        var corruptions = RobustnessMetrics.Corruptions(measured).ToList();
        var perturbations = RobustnessMetrics.Perturbations(measured).ToList();
        var ratios = new Dictionary<string, double>();

        // The mean over severities stands for the sum: their number is the same above and below the line.
        Add(MeanCorruptionError, corruptions, CorruptionError, Error);
        Add(RelativeMeanCorruptionError, corruptions, RelativeCorruptionError, Loss);
        Add(MeanFlipRate, perturbations, FlipRate, Flips);
        return ratios;

        static double? Error(IReadOnlyDictionary<string, double> of, string name) => Value(of, RobustnessMetrics.Error(name));
        static double? Loss(IReadOnlyDictionary<string, double> of, string name) => Error(of, name) - Value(of, RobustnessMetrics.CleanError);
        static double? Flips(IReadOnlyDictionary<string, double> of, string name) => Value(of, RobustnessMetrics.Flips(name));
        static double? Value(IReadOnlyDictionary<string, double> of, string name) => of.TryGetValue(name, out var value) ? value : null;

        void Add(
            string meanName,
            List<string> names,
            Func<string, string> ratioName,
            Func<IReadOnlyDictionary<string, double>, string, double?> value)
        {
            var defined = 0;
            foreach (var name in names)
            {
                if (value(baseline, name) is > 0 and var reference && value(run, name) is { } ofRun)
                {
                    ratios[ratioName(name)] = 100 * ofRun / reference;
                    defined++;
                }
            }

            if (names.Count > 0 && defined == names.Count)
            {
                ratios[meanName] = names.Average(name => ratios[ratioName(name)]);
            }
        }
    }
}

namespace Experiments;

/// <summary>The ratios of <see cref="RobustnessRatios"/> from the lines of a result file, as lines of the same kind.</summary>
internal static class RobustnessSummary
{
    /// <summary>
    /// CE, relative CE and FR of each corruption and perturbation and their means, in percent of MaxPool2d's with the same seed:
    /// a value for each variant and seed that has a MaxPool2d beside it. Shift consistency is no ratio and stays as it is.
    /// </summary>
    public static List<Measurement> Of(IReadOnlyList<Measurement> measurements)
    {
        var runs = measurements
            .GroupBy(one => new RunKey(one.Settings, one.Variant, one.Seed))
            .ToDictionary(
                run => run.Key,
                IReadOnlyDictionary<string, double> (run) => run.GroupBy(one => one.Metric).ToDictionary(same => same.Key, same => same.Last().Value));
        return
        [
            .. RobustnessRatios.Of(runs, PoolChoices.Max).SelectMany(run => run.Value.Select(
                ratio => new Measurement(run.Key.Settings, run.Key.Variant, run.Key.Seed, ratio.Key, ratio.Value))),
            .. measurements.Where(one => one.Metric == RobustnessMetrics.ShiftConsistency),
        ];
    }
}

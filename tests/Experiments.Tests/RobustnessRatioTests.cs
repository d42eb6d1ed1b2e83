namespace Experiments.Tests;

/// <summary>mCE, relative mCE and mFR of a table that is worked out by hand.</summary>
public sealed class RobustnessRatioTests
{
    private const string Max = "MaxPool2d";

    // Five severities each, of which only the sums count: fog 0.2 ... 0.6, snow 0.1 ... 0.5 for the baseline.
    private static readonly Dictionary<string, double> Baseline
        = Run(0.1, [0.2, 0.3, 0.4, 0.5, 0.6], [0.1, 0.2, 0.3, 0.4, 0.5], 0.08, 0.02);
    private static readonly Dictionary<string, double> Better
        = Run(0.2, [0.2, 0.2, 0.2, 0.2, 0.2], [0.2, 0.3, 0.4, 0.6, 0.6], 0.04, 0.03);

    [Fact]
    public void Errors_and_flips_are_shares_of_the_baselines()
    {
        var ratios = RobustnessRatios.Of(Better, Baseline);

        // Fog: sums 1 and 2. Snow: 2.1 and 1.5. The means of the two percentages are 95, of 50 and 150 they are 100.
        ratios["CE: fog"].Should().BeApproximately(50, 1e-9);
        ratios["CE: snow"].Should().BeApproximately(140, 1e-9);
        ratios["mCE"].Should().BeApproximately(95, 1e-9);
        ratios["FR: tilt"].Should().BeApproximately(50, 1e-9);
        ratios["FR: jump"].Should().BeApproximately(150, 1e-9);
        ratios["mFR"].Should().BeApproximately(100, 1e-9);
    }

    [Fact]
    public void Relative_errors_are_what_is_lost_to_the_clean_error()
    {
        var ratios = RobustnessRatios.Of(Better, Baseline);

        // Five clean errors are 1 of the run's sums and 0.5 of the baseline's: fog (1 - 1) / (2 - 0.5), snow (2.1 - 1) / (1.5 - 0.5).
        ratios["relative CE: fog"].Should().BeApproximately(0, 1e-9);
        ratios["relative CE: snow"].Should().BeApproximately(110, 1e-9);
        ratios["relative mCE"].Should().BeApproximately(55, 1e-9);
    }

    [Fact]
    public void The_baseline_has_100()
        => RobustnessRatios.Of(Baseline, Baseline).Values.Should().HaveCount(9)
            .And.AllSatisfy(value => value.Should().BeApproximately(100, 1e-9));

    [Fact]
    public void Runs_are_paired_by_settings_and_seed()
    {
        var runs = new Dictionary<RunKey, IReadOnlyDictionary<string, double>>
        {
            [new("small", Max, 1)] = Baseline,
            [new("small", Max, 2)] = Better,
            [new("small", "lift", 1)] = Better,
            [new("small", "lift", 2)] = Better,
            [new("small", "lift", 3)] = Better,
            [new("large", "lift", 1)] = Better,
        };

        var ratios = RobustnessRatios.Of(runs, Max);

        // Nothing stands beside the third seed, nor beside the large run.
        ratios.Keys.Should().BeEquivalentTo(runs.Keys.Take(4));
        ratios[new("small", Max, 2)]["mCE"].Should().BeApproximately(100, 1e-9);
        ratios[new("small", "lift", 1)]["mCE"].Should().BeApproximately(95, 1e-9);
        ratios[new("small", "lift", 2)]["mCE"].Should().BeApproximately(100, 1e-9);
    }

    [Fact]
    public void A_ratio_to_nothing_is_left_out_with_its_mean()
    {
        var still = Run(0.1, [0.2, 0.3, 0.4, 0.5, 0.6], [0.1, 0.1, 0.1, 0.1, 0.1], 0.08, 0);

        var ratios = RobustnessRatios.Of(Better, still);

        ratios.Should().ContainKeys("CE: fog", "CE: snow", "mCE", "relative CE: fog", "FR: tilt");
        ratios.Should().NotContainKeys("relative CE: snow", "relative mCE", "FR: jump", "mFR");
    }

    private static Dictionary<string, double> Run(double clean, double[] fog, double[] snow, double tilt, double jump)
    {
        var run = new Dictionary<string, double>
        {
            [RobustnessMetrics.CleanError] = clean,
            [RobustnessMetrics.Error("fog")] = fog.Average(),
            [RobustnessMetrics.Error("snow")] = snow.Average(),
            [RobustnessMetrics.Flips("tilt")] = tilt,
            [RobustnessMetrics.Flips("jump")] = jump,
        };
        for (var severity = 1; severity <= fog.Length; severity++)
        {
            run[RobustnessMetrics.Error("fog", severity)] = fog[severity - 1];
            run[RobustnessMetrics.Error("snow", severity)] = snow[severity - 1];
        }

        return run;
    }
}

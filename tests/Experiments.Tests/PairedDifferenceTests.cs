namespace Experiments.Tests;

/// <summary>What decides a claim: mean and interval of differences between runs of one seed.</summary>
public sealed class PairedDifferenceTests
{
    [Fact]
    public void The_interval_is_Students_of_the_differences_by_seed()
    {
        // Differences 1, 2, 3, 4, 5: mean 3, standard deviation sqrt(2.5), and t(0.975, 4) = 2.776 from any table.
        var difference = PairedDifference.Of(Runs(11, 22, 33, 44, 55), Runs(10, 20, 30, 40, 50))!;

        difference.Count.Should().Be(5);
        difference.Mean.Should().BeApproximately(3, 1e-12);
        difference.HalfWidth.Should().BeApproximately(2.776 * Math.Sqrt(2.5) / Math.Sqrt(5), 1e-3);
        difference.Verdict.Should().Be(Verdict.Higher);
        PairedDifference.Of(Runs(10, 20, 30, 40, 50), Runs(11, 22, 33, 44, 55))!.Verdict.Should().Be(Verdict.Lower);
    }

    [Fact]
    public void Seeds_that_one_side_lacks_are_left_out()
        => PairedDifference.Of(Runs(1, 2, 3), Runs(0, 0))!.Count.Should().Be(2);

    [Fact]
    public void Fewer_than_five_pairs_or_an_interval_with_zero_decide_nothing()
    {
        PairedDifference.Of(Runs(1, 1.1, 1.2, 1.3), Runs(0, 0, 0, 0))!.Verdict.Should().Be(Verdict.Undecided);
        PairedDifference.Of(Runs(-9, 10, -9, 10, 9), Runs(0, 0, 0, 0, 0))!.Verdict.Should().Be(Verdict.Undecided);
        PairedDifference.Of(Runs(1), Runs(0))!.Verdict.Should().Be(Verdict.Undecided);
        PairedDifference.Of(Runs(), Runs(1)).Should().BeNull();
    }

    [Fact]
    public void The_level_of_the_least_probable_is_the_smallest()
    {
        // Standard error sqrt(2.5 / 5); means 10, 3 and 0.1, so that with m = 3 the levels are 0.05 / 3, 0.05 / 2 and 0.05.
        var family = PairedDifference.Holm([Spread(0.1), Spread(10), Spread(3)]);

        family.Select(one => one!.Level).Should().Equal(0.05, 0.05 / 3, 0.05 / 2);
        family.Select(one => one!.Verdict).Should().Equal(Verdict.Undecided, Verdict.Higher, Verdict.Higher);

        // t(1 - 0.05 / 6, 4) = 3.961 and t(1 - 0.05 / 4, 4) = 3.495 from any table.
        family[1]!.HalfWidth.Should().BeApproximately(3.961 * Math.Sqrt(0.5), 1e-3);
        family[2]!.HalfWidth.Should().BeApproximately(3.495 * Math.Sqrt(0.5), 1e-3);
    }

    [Fact]
    public void Behind_the_first_that_is_undecided_all_are()
    {
        // Alone the third would be decided: 2 > 2.776 sqrt(0.5). With four its level is 0.05 / 3 at first.
        Spread(2)!.Verdict.Should().Be(Verdict.Higher);
        var family = PairedDifference.Holm([Spread(2), Spread(10), null, Spread(2.1), Spread(-2.05), Few()]);

        family.Select(one => one?.Verdict).Should().Equal(
            Verdict.Undecided, Verdict.Higher, null, Verdict.Undecided, Verdict.Undecided, Verdict.Undecided);
        family.Where(one => one is not null).Select(one => one!.Level).Should().Equal(0.05 / 3, 0.05 / 4, 0.05 / 3, 0.05 / 3, 0.05 / 3);

        static PairedDifference? Few() => PairedDifference.Of(Runs(9, 9.1, 9.2), Runs(0, 0, 0));
    }

    // Five pairs around a mean.
    private static PairedDifference? Spread(double mean) => PairedDifference.Of(Runs([.. ((double[])[-2, -1, 0, 1, 2]).Select(one => one + mean)]), Runs(0, 0, 0, 0, 0));

    private static Dictionary<int, double> Runs(params double[] values) => values.Index().ToDictionary(one => one.Index + 1, one => one.Item);
}

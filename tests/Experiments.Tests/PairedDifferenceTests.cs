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

    private static Dictionary<int, double> Runs(params double[] values) => values.Index().ToDictionary(one => one.Index + 1, one => one.Item);
}

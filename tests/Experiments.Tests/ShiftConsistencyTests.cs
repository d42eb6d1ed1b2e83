namespace Experiments.Tests;

/// <summary>How often a class stays when an image is moved.</summary>
public sealed class ShiftConsistencyTests : IClassFixture<OneThread>
{
    [Fact]
    public void It_is_the_share_of_pairs_that_agree()
    {
        using var scope = NewDisposeScope();

        // Three shifts of two images: of the first all three pairs agree, of the second one.
        ShiftConsistency.ShareOfPairs(tensor(new long[,] { { 1, 2 }, { 1, 3 }, { 1, 2 } })).Should().BeApproximately(4 / 6.0, 1e-12);
    }

    [Fact]
    public void Each_image_is_seen_at_seven_times_seven_places()
    {
        using var scope = NewDisposeScope();
        var x = zeros(1, 1, 9, 9);
        x[0, 0, 4, 4] = 1;
        var seen = new HashSet<long>();

        ShiftConsistency.Of(x, image =>
        {
            _ = seen.Add(image.argmax().item<long>());
            return zeros(1, ScalarType.Int64);
        }).Should().Be(1);

        seen.Should().BeEquivalentTo(Enumerable.Range(1, 7).SelectMany(row => Enumerable.Range(1, 7).Select(column => (long)((9 * row) + column))));

        // Two classes, by the column the bright pixel is in: 3 of 7 columns against 4. Of the 49 * 48 ordered pairs 21 * 20 + 28 * 27 agree.
        ShiftConsistency.Of(x, image => image.argmax().remainder(9).ge(4).to(ScalarType.Int64).view(1))
            .Should().BeApproximately(((21 * 20) + (28 * 27)) / (49.0 * 48), 1e-12);
    }
}

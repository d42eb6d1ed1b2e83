namespace Experiments.Tests;

/// <summary>The numbers of samples/Experiments' segmentation, worked out by hand.</summary>
public sealed class SegmentationMetricTests
{
    private static readonly byte[] Truth =
    [
        0, 0, 0, 1, 1, 1,
        0, 0, 0, 1, 1, 1,
        0, 0, 0, 1, 1, 1,
        2, 2, 2, 2, 2, 2,
        2, 2, 2, 2, 2, 2,
        2, 2, 2, 2, 2, 2,
    ];

    // Four pixels are wrong; the last of them is far from any boundary.
    private static readonly byte[] Given =
    [
        0, 0, 0, 0, 1, 1,
        0, 0, 0, 1, 1, 1,
        0, 2, 0, 1, 1, 1,
        2, 2, 2, 2, 2, 2,
        2, 2, 2, 2, 1, 2,
        2, 2, 2, 2, 2, 0,
    ];

    [Fact]
    public void Intersection_over_union_is_the_mean_of_the_classes()
    {
        var score = new SegmentScore(classes: 3, width: 6);

        score.Add(Truth, Given);

        // Class 0: 8 of its 9 pixels, and two more were given it. Class 1: 8 of 9, and one more. Class 2: 16 of 18, and one more.
        score.Everywhere.MeanIoU().Should().BeApproximately(((8 / 11.0) + (8 / 10.0) + (16 / 19.0)) / 3, 1e-15);
        score.Everywhere.Accuracy().Should().Be(32 / 36.0);
    }

    [Fact]
    public void At_boundaries_only_pixels_within_two_of_another_label_count()
    {
        var score = new SegmentScore(classes: 3, width: 6);

        score.Add(Truth, Given);

        // Not counted: the two upper corners and the last row. Class 0: 7 of 8, and one more; class 1 too; class 2: 11 of 12, and one more.
        score.AtBoundaries.MeanIoU().Should().BeApproximately(((7 / 9.0) + (7 / 9.0) + (11 / 13.0)) / 3, 1e-15);
        score.AtBoundaries.Accuracy().Should().Be(25 / 28.0);
    }

    [Theory]
    [InlineData(1, "..##...", "..##...", ".###...", "####...", "###....")]
    [InlineData(2, ".####..", "#####..", "#####..", "#####..", "#####..")]
    public void The_band_lies_on_both_sides_of_a_boundary_diagonals_included(int distance, params string[] band)
    {
        byte[] labels =
        [
            5, 5, 5, 0, 0, 0, 0,
            5, 5, 5, 0, 0, 0, 0,
            5, 5, 5, 0, 0, 0, 0,
            5, 5, 0, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0,
        ];

        var near = Trimap.NearBoundary(labels, width: 7, distance);

        near.Chunk(7).Select(row => string.Concat(row.Select(one => one ? '#' : '.'))).Should().Equal(band);
    }

    [Fact]
    public void Pixels_of_all_maps_are_counted_together()
    {
        var matrix = new ConfusionMatrix(classes: 2);

        matrix.Add([0, 0, 0, 0], [0, 0, 0, 1]);
        matrix.Add([1, 1], [1, 0]);

        // Class 0: 3 of 3 + 1 + 1. Class 1: 1 of 1 + 1 + 1. The mean of each map's own would be another.
        matrix.MeanIoU().Should().BeApproximately(((3 / 5.0) + (1 / 3.0)) / 2, 1e-15);
    }

    [Fact]
    public void A_class_that_is_nowhere_has_no_part_in_the_mean()
    {
        var matrix = new ConfusionMatrix(classes: 11);

        matrix.Add([4, 4, 7, 7], [4, 4, 4, 7]);

        matrix.MeanIoU().Should().BeApproximately(((2 / 3.0) + (1 / 2.0)) / 2, 1e-15);
    }
}

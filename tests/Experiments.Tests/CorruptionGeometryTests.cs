namespace Experiments.Tests;

/// <summary>Moving and turning images, where the result is known.</summary>
public sealed class CorruptionGeometryTests : IClassFixture<OneThread>
{
    private const double Rounding = 1e-5;

    [Theory]
    [InlineData(28)]
    [InlineData(33)]
    public void Rotation_by_nothing_is_the_identity(int side)
    {
        using var scope = NewDisposeScope();
        var images = Images(side, side);

        Geometry.Rotate(images, 0).LargestErrorTo(images).Should().BeLessThan(Rounding);
    }

    [Theory]
    [InlineData(28, 1)]
    [InlineData(28, 2)]
    [InlineData(28, -1)]
    [InlineData(33, 1)]
    public void Rotation_by_right_angles_is_rot90(int side, int quarters)
    {
        using var scope = NewDisposeScope();
        var images = Images(side, side);

        Geometry.Rotate(images, 90.0 * quarters).LargestErrorTo(images.rot90(quarters, (2, 3))).Should().BeLessThan(Rounding);
    }

    [Fact]
    public void Images_turn_by_the_same_angle_either_way()
    {
        using var scope = NewDisposeScope();
        using var draw = new Generator(1);
        var images = Images(28, 28, count: 20);

        var turned = Geometry.RotateEitherWay(images, 10, draw);

        var left = Distance(turned, Geometry.Rotate(images, 10.0)).lt(Rounding);
        var right = Distance(turned, Geometry.Rotate(images, -10.0)).lt(Rounding);
        left.logical_xor(right).all().item<bool>().Should().BeTrue();
        left.sum().item<long>().Should().BeInRange(4, 16);

        static Tensor Distance(Tensor a, Tensor b) => a.sub(b).abs().amax([1, 2, 3]);
    }

    [Fact]
    public void Shifted_pixels_go_right_and_down_and_the_edge_follows()
    {
        using var scope = NewDisposeScope();
        var image = Float([1, 1, 2, 3], 1, 2, 3, 4, 5, 6);

        Geometry.Shift(image, 1, 0).IsExactly(Float([1, 1, 2, 3], 1, 1, 2, 4, 4, 5)).Should().BeTrue();
        Geometry.Shift(image, 0, 1).IsExactly(Float([1, 1, 2, 3], 1, 2, 3, 1, 2, 3)).Should().BeTrue();
        Geometry.Shift(image, -1, -1).IsExactly(Float([1, 1, 2, 3], 5, 6, 6, 5, 6, 6)).Should().BeTrue();
    }

    [Fact]
    public void Shifts_with_interpolation_agree_with_those_without()
    {
        using var scope = NewDisposeScope();
        var images = Images(28, 32);
        var (right, down) = (full([1, 1, 1], 3, ScalarType.Float64), full([1, 1, 1], -2, ScalarType.Float64));

        Geometry.Shift(images, right, down).LargestErrorTo(Geometry.Shift(images, 3, -2)).Should().BeLessThan(Rounding);
    }

    [Fact]
    public void Scaling_takes_pixels_from_nearer_the_centre()
    {
        using var scope = NewDisposeScope();
        var images = Images(28, 33);

        Geometry.Scale(images, 1).LargestErrorTo(images).Should().BeLessThan(Rounding);

        // Of five pixels in a row, twice as large, the outer come from one beside the centre.
        var row = Float([1, 1, 1, 5], 0, 0.2f, 0.4f, 0.8f, 1).expand(1, 1, 5, 5).contiguous();
        var expected = Float([1, 1, 1, 5], 0.2f, 0.3f, 0.4f, 0.6f, 0.8f).expand(1, 1, 5, 5);
        Geometry.Scale(row, 2).LargestErrorTo(expected).Should().BeLessThan(Rounding);
    }

    private static Tensor Float(long[] shape, params float[] values) => tensor(values, shape);

    private static Tensor Images(int height, int width, int count = 4)
    {
        using var draw = new Generator(2);
        return rand([count, 3, height, width], generator: draw);
    }
}

namespace LiftPool.Tests;

/// <summary>Where <c>MaxPool(2)</c> stood, a pool gives the same shape, at every size from 2 to 33.</summary>
public sealed class ShapeTests : IClassFixture<OneThread>
{
    private const int Shortest = 2;
    private const int Longest = 33;

    public static TheoryData<int, bool> DimensionsAndModes => new()
    {
        { 1, false }, { 1, true }, { 2, false }, { 2, true }, { 3, false }, { 3, true },
    };

    [Theory]
    [MemberData(nameof(DimensionsAndModes))]
    public void The_output_has_the_shape_of_max_pooling(int axes, bool ceil_mode)
        => ForEachShape(axes, lengths =>
        {
            using var scope = NewDisposeScope();
            using var pool = AnyPool.Down(axes, 2, kernel_size: 1, ceil_mode: ceil_mode);
            using var max = AnyPool.Max(axes, ceil_mode);
            foreach (var shape in Batched(lengths))
            {
                var x = zeros(shape);
                pool.forward(x).shape.Should().Equal(max.forward(x).shape, "that is what MaxPool{0}d makes of [{1}]", axes, string.Join(", ", shape));
            }
        });

    [Theory]
    [MemberData(nameof(DimensionsAndModes))]
    public void Every_band_has_the_shape_of_max_pooling_and_the_up_pool_gives_the_input_s(int axes, bool ceil_mode)
        => ForEachShape(axes, lengths =>
        {
            using var scope = NewDisposeScope();
            using var pool = AnyPool.Down(axes, 2, kernel_size: 1, ceil_mode: ceil_mode);
            using var up = AnyPool.Up(axes, pool);
            using var max = AnyPool.Max(axes, ceil_mode);
            foreach (var shape in Batched(lengths))
            {
                var x = zeros(shape);
                var (y, bands) = pool.forward_with_bands(x);
                var expected = max.forward(x).shape;
                foreach (var part in bands.Names.Select(name => bands[name]).Append(y))
                {
                    part.shape.Should().Equal(expected, "that is what MaxPool{0}d makes of [{1}]", axes, string.Join(", ", shape));
                }

                up.forward(bands).shape.Should().Equal(shape);
            }
        });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Ceil_mode_takes_a_single_sample_as_max_pooling_does(int axes)
    {
        using var scope = NewDisposeScope();
        using var pool = AnyPool.Down(axes, 2, ceil_mode: true);
        using var max = AnyPool.Max(axes, ceil_mode: true);
        var x = zeros([3, 2, .. Enumerable.Repeat(1L, axes)]);

        pool.forward(x).shape.Should().Equal(max.forward(x).shape);
    }

    [Theory]
    [InlineData(1, 0b01, 1)]
    [InlineData(1, 0b11, 2)]
    [InlineData(2, 0b1010, 2)]
    [InlineData(2, 0b1111, 4)]
    [InlineData(3, 0b10010001, 3)]
    [InlineData(3, 0b11111111, 8)]
    public void Concatenation_has_the_channels_of_all_chosen_bands(int axes, int bands, int count)
    {
        using var scope = NewDisposeScope();
        using var pool = AnyPool.Down(axes, 5, bands: bands, reduction: BandReduction.Concat);
        long[] lengths = [.. Enumerable.Range(6, axes)];
        foreach (var shape in new long[][] { [3, 5, .. lengths], [0, 5, .. lengths], [5, .. lengths] })
        {
            var expected = lengths.Select(n => n / 2).Prepend(5L * count);
            pool.forward(zeros(shape)).shape.Should().Equal(shape.Length == axes + 1 ? expected : expected.Prepend(shape[0]));
        }
    }

    private static long[][] Batched(long[] lengths) => [[3, 2, .. lengths], [0, 2, .. lengths], [2, .. lengths]];

    /// <summary>All sizes on each axis; on the others the same, its mirror image and the shortest.</summary>
    private static void ForEachShape(int axes, Action<long[]> check)
    {
        for (long n = Shortest; n <= Longest; n++)
        {
            var mirrored = Shortest + Longest - n;
            long[][] shapes = axes switch
            {
                1 => [[n]],
                2 => [[n, n], [n, mirrored], [n, 2], [3, n]],
                _ => [[n, 2, 3], [3, n, 2], [2, 3, n], [2 + (n % 5), 2 + (n % 4), 2 + (n % 3)]],
            };
            foreach (var lengths in shapes)
            {
                check(lengths);
            }
        }
    }
}

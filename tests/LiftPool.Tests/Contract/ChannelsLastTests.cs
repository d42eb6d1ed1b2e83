using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>
/// What counts as channels-last is LibTorch's choice, taken from the strides alone. Its upsampling says it aloud: each axis of its
/// result has at least two samples, so that the result's strides fit one layout only.
/// </summary>
public sealed class ChannelsLastTests : IClassFixture<OneThread>
{
    private static readonly long[] Batches = [0, 1, 2, 5];
    private static readonly long[] Channels = [1, 2, 3];
    private static readonly long[] Lengths = [1, 2, 3];

    // With lengths up to 3: what one axis takes up to the next, and gaps and overlaps.
    private static readonly long[] Strides = [0, 1, 2, 3, 4, 6, 9, 12];

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Sizes_and_strides_of_every_kind_are_told_as_LibTorch_tells_them(int rank)
    {
        var told = new Dictionary<bool, int> { [true] = 0, [false] = 0 };
        foreach (var (x, what) in Views(rank, shortest: 1, count: 20_000))
        {
            using var scope = NewDisposeScope();
            var channelsLast = IsChannelsLast(x());

            MemoryLayout.IsChannelsLast(x()).Should().Be(channelsLast, "LibTorch says so of {0}", what);
            told[channelsLast]++;
        }

        told.Values.Should().OnlyContain(count => count > 1000, "both answers were asked for");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    public void No_other_rank_has_the_layout(int rank)
    {
        using var scope = NewDisposeScope();
        long[] sizes = [.. Enumerable.Repeat(2L, rank)];

        // Channels fastest, then from the last axis to the first.
        long[] strides = [1L << (rank - 1), 1, .. Enumerable.Range(1, rank - 2).Reverse().Select(axis => 1L << axis)];
        var x = zeros(1L << rank).as_strided(sizes, strides);

        MemoryLayout.IsChannelsLast(x).Should().BeFalse();
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    public void A_pool_gives_the_strides_of_max_pooling_whatever_came(int rank, bool ceilMode)
    {
        using var outer = NewDisposeScope();
        var pools = Channels.ToDictionary(channels => channels, channels => AnyPool.Down(rank - 2, channels, ceil_mode: ceilMode));
        using var max = AnyPool.Max(rank - 2, ceilMode);
        foreach (var (x, what) in Views(rank, shortest: ceilMode ? 1 : 2, count: rank == 4 ? 400 : 150))
        {
            using var scope = NewDisposeScope();
            var expected = max.forward(x());
            var pool = pools[expected.size(1)];
            using var up = AnyPool.Up(rank - 2, pool);

            var (y, bands) = pool.forward_with_bands(x());

            foreach (var result in bands.Names.Select(name => bands[name]).Append(y).Append(pool.forward(x())))
            {
                // Any stride will do for an axis of one sample, if what comes next takes it for the same layout.
                var axes = Enumerable.Range(0, rank).Where(axis => result.size(axis) > 1);
                axes.All(axis => result.stride(axis) == expected.stride(axis)).Should().BeTrue("max pooling gives these of {0}", what);
                IsChannelsLast(result).Should().Be(IsChannelsLast(expected), "max pooling's is so of {0}", what);
            }

            (up.forward(bands) - x()).abs().le(1e-5).all().item<bool>().Should().BeTrue("the bands are those of {0}", what);
        }

        foreach (var pool in pools.Values)
        {
            pool.Dispose();
        }
    }

    // Strides of [N, 1, 1, 1] fit both layouts. More channels or samples tell which was taken: LibTorch takes the contiguous one.
    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 4)]
    [InlineData(3, 1)]
    [InlineData(3, 4)]
    public void Single_pixels_of_one_channel_are_contiguous(int axes, long stride)
    {
        using var scope = NewDisposeScope();
        using var pool = AnyPool.Down(axes, channels: 1, reduction: BandReduction.Concat, ceil_mode: true);
        using var up = AnyPool.Up(axes, pool);
        var x = randn(5 * stride).as_strided([5, 1, .. Enumerable.Repeat(1L, axes)], [.. Enumerable.Repeat(stride, axes + 2)]);
        var wide = randn([5, 1, .. Enumerable.Repeat(2L, axes)]);
        var (_, bands) = pool.forward_with_bands(wide);

        pool.forward(x).stride().Should().Equal([1L << axes, .. Enumerable.Repeat(1L, axes + 1)]);
        up.forward(x, bands).stride().Should().Equal(wide.stride());
        Upsampled(x).stride().Should().Equal(wide.stride(), "LibTorch does so");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void A_scheme_puts_together_what_is_channels_last_in_that_layout(int rank)
    {
        using var scope = NewDisposeScope();
        using var scheme = new LiftingScheme(channels: 3);
        var x = MemoryLayout.Dense(randn([2, 3, .. Enumerable.Repeat(4L, rank - 2)]), channelsLast: true);
        for (var dim = 2; dim < rank; dim++)
        {
            var (s, d) = scheme.lift(x, dim);

            var restored = scheme.unlift(MemoryLayout.Dense(s, channelsLast: true), MemoryLayout.Dense(d, channelsLast: true), dim);

            restored.stride().Should().Equal(x.stride());
            restored.LargestErrorTo(x).Should().BeLessThan(1e-5);
        }
    }

    /// <summary>LibTorch's answer.</summary>
    private static bool IsChannelsLast(Tensor x) => Upsampled(x).stride(1) == 1;

    private static Tensor Upsampled(Tensor x)
        => functional.interpolate(x, scale_factor: [.. Enumerable.Repeat(2.0, (int)x.dim() - 2)], mode: InterpolationMode.Nearest);

    /// <summary>Views of a few samples by sizes and strides drawn at random, and what they are.</summary>
    private static IEnumerable<(Func<Tensor> View, string What)> Views(int rank, long shortest, int count)
    {
        using var samples = randn(2000);
        var random = new Random(7);
        var lengths = Lengths.Where(length => length >= shortest).ToArray();
        for (var i = 0; i < count; i++)
        {
            long[] sizes = [.. random.GetItems(Batches, 1), .. random.GetItems(Channels, 1), .. random.GetItems(lengths, rank - 2)];
            var strides = i % 2 == 0 ? Growing(sizes, random) : random.GetItems(Strides, rank);
            var what = $"sizes [{string.Join(", ", sizes)}], strides [{string.Join(", ", strides)}]";
            yield return (() => samples.as_strided(sizes, strides), what);
        }
    }

    /// <summary>Channels-last strides, now and then with a gap, or a sample short of room.</summary>
    private static long[] Growing(long[] sizes, Random random)
    {
        var strides = new long[sizes.Length];
        var taken = (long)random.Next(3);
        foreach (var axis in Enumerable.Range(2, sizes.Length - 2).Append(1).Reverse().Append(0))
        {
            strides[axis] = Math.Max(0, taken + (random.Next(8) switch { 0 => 1, 1 => -1, _ => 0 }));
            taken = strides[axis] * sizes[axis];
        }

        return strides;
    }
}

using LiftPool.Calls;
using LiftPool.Kernels;
using LiftPool.Lifting;
using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>
/// Where a kernel's loops end, begin or change: all short lengths, memory that is not aligned, the smallest numbers, results too large for
/// the caches, signals larger than what is in work at once.
/// </summary>
[Trait(EachPath.Name, EachPath.Value)]
public class KernelEdgeTests(ITestOutputHelper output) : IClassFixture<OneThread>
{
    // A block that fills the widest vector, and one that shares most of its channels with it.
    private const int Channels = 17;

    public static TheoryData<string> Paths => KernelTests.Paths;

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_length_up_to_70_on_either_axis(string path)
    {
        using var pool1d = new LiftDownPool1d(Channels, ceil_mode: true, dtype: ScalarType.Float64);
        using var pool2d = new LiftDownPool2d(Channels, ceil_mode: true, dtype: ScalarType.Float64);
        double worst = 0;
        for (var length = 1; length <= 70; length++)
        {
            using var scope = NewDisposeScope();
            worst = Math.Max(worst, Compare(pool1d, 1, randn(1, Channels, length, dtype: ScalarType.Float64), path, 1e-12));
            worst = Math.Max(worst, Compare(pool2d, 2, randn(1, Channels, length, 5, dtype: ScalarType.Float64), path, 1e-12));
            worst = Math.Max(worst, Compare(pool2d, 2, randn(1, Channels, 5, length, dtype: ScalarType.Float64), path, 1e-12));
        }

        output.WriteLine($"{path}: {worst:E1}");
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Views_that_no_vector_is_aligned_in(string path)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var pool = new LiftDownPool2d(Channels);
        long[] shape = [2, Channels, 14, 18];
        var many = randn((2 * Channels * 14 * 18) + 1);

        // Dense, but one element after an aligned address; and channels-last with an odd number of channels.
        var shifted = many.narrow(0, 1, many.numel() - 1).view(shape);
        var last = MemoryLayout.Dense(randn(shape), channelsLast: true);

        // Not dense: a part of a larger image, and every second row.
        var part = randn(2, Channels, 16, 21).narrow(2, 1, 14).narrow(3, 2, 18);
        var steps = randn(2, Channels, 28, 18).slice(2, 0, 28, 2);
        foreach (var x in new[] { shifted, last, part, steps })
        {
            output.WriteLine($"{path}: {Compare(pool, 2, x, path, 2e-6):E1}");
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Small_float64_signals_are_as_exact_as_large_ones(string path)
    {
        using var scope = NewDisposeScope();
        manual_seed(8);
        using var pool = new LiftDownPool2d(Channels, dtype: ScalarType.Float64);
        foreach (var scale in new[] { 1, 1e-8, 1e-20, 1e-300 })
        {
            var x = randn(1, Channels, 8, 10, dtype: ScalarType.Float64).mul(scale);
            var wanted = BandsOn("tensor", pool, x);
            var found = BandsOn(path, pool, x);
            for (var i = 0; i < wanted.Length; i++)
            {
                found[i].LargestErrorTo(wanted[i]).Should().BeLessThanOrEqualTo(1e-14 * wanted[i].LargestMagnitude());

                // The operators had a part in it.
                found[i].IsExactly(x.slice(2, i % 2 == 0 ? 1 : 0, 8, 2).slice(3, i < 2 ? 1 : 0, 10, 2)).Should().BeFalse();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Subnormal_numbers_are_not_flushed(string path)
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        using var pool = new LiftDownPool2d(Channels);
        var x = randn(1, Channels, 8, 8).mul(1e-39);

        var wanted = BandsOn("tensor", pool, x);
        var found = BandsOn(path, pool, x);

        for (var i = 0; i < wanted.Length; i++)
        {
            // Two operators' roundings to a multiple of the smallest number, in whatever order they are summed.
            found[i].LargestErrorTo(wanted[i]).Should().BeLessThanOrEqualTo(16 * (double)float.Epsilon);
            found[i].ne(0).all().item<bool>().Should().BeTrue();
        }
    }

    // Whole cache lines are written past the caches where a channel's rows begin at one: 16 x 24 samples do, 15 x 26 do not.
    [Theory]
    [MemberData(nameof(Paths))]
    public void Results_too_large_for_the_caches(string path)
    {
        var usual = Pass.CacheBytes;
        Pass.CacheBytes = 0;
        try
        {
            foreach (var (dtype, bound) in new[] { (ScalarType.Float32, 2e-6), (ScalarType.Float64, 1e-12) })
            {
                using var pool = new LiftDownPool2d(32, dtype: dtype);
                foreach (var channelsLast in new[] { false, true })
                {
                    foreach (var (height, width) in new[] { (16L, 24L), (15L, 26L) })
                    {
                        using var scope = NewDisposeScope();
                        manual_seed(7);
                        var x = MemoryLayout.Dense(randn(2, 32, height, width, dtype: dtype), channelsLast);
                        Compare(pool, 2, x, path, bound);
                    }
                }
            }
        }
        finally
        {
            Pass.CacheBytes = usual;
        }
    }

    public static TheoryData<string, long[], PaddingModes> PathsLengthsAndPaddings
    {
        get
        {
            var cases = new TheoryData<string, long[], PaddingModes>();
            foreach (var path in EachPath.Kernels)
            {
                foreach (var padding in AnyPool.Paddings)
                {
                    cases.Add(path, [800, 10], padding);
                    cases.Add(path, [20, 290], padding);
                    cases.Add(path, [40, 12, 14], padding);
                }
            }

            return cases;
        }
    }

    // A window of the rows, or of the planes, is in memory, and moves on. 400 row pairs have more addresses than a table of StepStage
    // holds, 145 columns are more than WriteBandsStage sums at once.
    [Theory]
    [MemberData(nameof(PathsLengthsAndPaddings))]
    public void More_rows_planes_and_columns_than_are_in_work_at_once(string path, long[] lengths, PaddingModes padding)
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        var x = randn([1, Channels, .. lengths], ScalarType.Float64);
        using var learned = AnyPool.Down(lengths.Length, Channels, padding_mode: padding, dtype: ScalarType.Float64);
        Compare(learned, lengths.Length, x, path, 1e-12);

        // A linear step's gradient is read from where later stages change it: they may not come too close.
        var taps = LiftingScheme.Wavelet(Wavelet.Cdf97, learnable: true, padding_mode: padding, dtype: ScalarType.Float64);
        using var wavelet = AnyPool.Down(lengths.Length, taps);
        Compare(wavelet, lengths.Length, x, path, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_reduction_of_some_bands_and_of_all(string path)
    {
        foreach (var reduction in Enum.GetValues<BandReduction>())
        {
            foreach (var bands in new[] { 0b0101, 0b1111 })
            {
                using var scope = NewDisposeScope();
                manual_seed(8);
                using var pool = AnyPool.Down(2, Channels, bands: bands, reduction: reduction, dtype: ScalarType.Float64);
                Compare(pool, 2, randn(1, Channels, 10, 12, dtype: ScalarType.Float64), path, 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(Channels, 1)]
    [InlineData(1, Channels)]
    public void Operators_of_which_one_part_mixes_channels_are_not_for_kernels(long groups, long projGroups)
    {
        using var scope = NewDisposeScope();
        using var auto = ComputePath.Force("auto");
        using var pool = new LiftDownPool1d(Channels, groups: groups, proj_groups: projGroups);

        pool.forward(zeros(1, Channels, 10));

        ComputePath.Last.Should().Be("tensor");
    }

    private static Tensor[] BandsOn(string path, LiftDownPool pool, Tensor x)
    {
        using var forced = ComputePath.Force(path);
        var (_, bands) = pool.forward_with_bands(x);
        ComputePath.Last.Should().Be(path);
        return [.. bands.Names.Select(name => bands[name])];
    }

    // float64 gradients are compared too; in float32 the two paths may be on either side of a ReLU's kink.
    private static double Compare(LiftDownPool pool, int axes, Tensor x, string path, double bound)
    {
        var wanted = PathValues.Of(pool, axes, x, "tensor", seed: 1);
        var found = PathValues.Of(pool, axes, x, path, seed: 1);
        var names = found.Keys.Where(name => x.dtype == ScalarType.Float64 || !PathValues.IsGradient(name)).ToList();
        return names.Max(name =>
        {
            var gradient = PathValues.IsGradient(name);
            var error = gradient ? found[name].RelativeNormTo(wanted[name], smallest: 1e-3) : found[name].ErrorTo(wanted[name]);
            error.Should().BeLessThanOrEqualTo(gradient ? 1e-10 : bound, "{0} of {1} agrees", name, string.Join('x', x.shape));
            return error;
        });
    }
}

using static LiftPool.Tests.Numbers;

namespace LiftPool.Tests;

/// <summary>Operators for which a pool becomes something that is known without lifting.</summary>
public sealed class LimitingCaseTests
{
    private static readonly long[] Lengths = [8, 6, 4];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Operators_of_zero_give_the_plain_split(int axes)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var pool = new PoolSettings(axes) { Channels = 3 }.NewDownPool(ScalarType.Float64);
        using (no_grad())
        {
            pool.get_parameter("scheme.predict.proj.weight")!.zero_();
            pool.get_parameter("scheme.update.proj.weight")!.zero_();
        }

        var x = Random(3, axes);
        var (_, bands) = pool.forward_with_bands(x);

        foreach (var name in PoolSettings.BandNames(axes))
        {
            bands[name].Equals(Samples(x, name)).Should().BeTrue("band {0} is every second sample", name);
        }
    }

    [Fact]
    public void Haar_approximations_are_average_pooling()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        Tensor[] inputs = [Random(3, 1), Random(3, 2), Random(3, 3)];
        Tensor[] averages =
        [
            functional.avg_pool1d(inputs[0], 2),
            functional.avg_pool2d(inputs[1], 2),
            functional.avg_pool3d(inputs[2], [2, 2, 2]),
        ];

        foreach (var (x, average) in inputs.Zip(averages))
        {
            var axes = (int)x.dim() - 2;
            using var pool = new PoolSettings(axes) { Channels = 3, Bands = 1 }.NewDownPool(HandSchemes.Haar());
            pool.forward(x).ShouldBe(In(average));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Haar_bands_are_means_and_differences_of_pairs(int axes)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var pool = new PoolSettings(axes).NewDownPool(HandSchemes.Haar());
        var x = Random(2, axes);

        var (_, bands) = pool.forward_with_bands(x);

        // Each letter takes the mean or the difference of the neighbours on its axis: the order does not matter.
        foreach (var name in PoolSettings.BandNames(axes))
        {
            var wanted = x;
            for (var letter = 0; letter < axes; letter++)
            {
                var dim = wanted.dim() - 1 - letter;
                var pairs = wanted.unflatten(dim, [-1, 2]);
                var (first, second) = (pairs.select(dim + 1, 0), pairs.select(dim + 1, 1));
                wanted = name[letter] == 'L' ? first.add(second).div(2) : first.sub(second);
            }

            bands[name].ShouldBe(In(wanted));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_constant_has_no_haar_detail_and_pools_to_itself(int axes)
    {
        using var scope = NewDisposeScope();
        using var pool = new PoolSettings(axes).NewDownPool(HandSchemes.Haar());
        var x = full([1, 2, .. Lengths[..axes]], 7.25, ScalarType.Float64);

        var (output, bands) = pool.forward_with_bands(x);

        output.eq(7.25).all().item<bool>().Should().BeTrue();
        bands.Names.Skip(1).Should().OnlyContain(name => bands[name].count_nonzero().item<long>() == 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_axis_is_lifted_as_the_last_one_is(int axes)
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var scheme = new LiftingScheme(3, kernel_size: 3, groups: 1, bias: true, dtype: ScalarType.Float64);
        var x = Random(3, axes);

        for (var dim = 2; dim < x.dim(); dim++)
        {
            var (s, d) = scheme.lift(x, dim);
            var (lastS, lastD) = scheme.lift(x.transpose(dim, -1).contiguous());

            s.ShouldBe(In(lastS.transpose(dim, -1)));
            d.ShouldBe(In(lastD.transpose(dim, -1)));
            scheme.unlift(s, d, dim).ShouldBe(In(x));
            scheme.unlift(s, d, dim - x.dim()).ShouldBe(In(x));
        }
    }

    [Fact]
    public void A_pool_lifts_the_last_axis_first_and_then_both_results_along_the_one_before()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var pool = new LiftDownPool2d(3, dtype: ScalarType.Float64);
        var x = Random(3, 2);

        var (_, bands) = pool.forward_with_bands(x);

        var (s, d) = pool.Scheme.lift(x, -1);
        var (ll, lh) = pool.Scheme.lift(s, -2);
        var (hl, hh) = pool.Scheme.lift(d, -2);
        bands.LL.ShouldBe(In(ll));
        bands.LH.ShouldBe(In(lh));
        bands.HL.ShouldBe(In(hl));
        bands.HH.ShouldBe(In(hh));
    }

    private static Tensor Random(long channels, int axes) => randn([2, channels, .. Lengths[..axes]], ScalarType.Float64);

    /// <summary>L takes the second sample of each pair, H the first; the first letter is the last axis.</summary>
    private static Tensor Samples(Tensor x, string name)
        => name.Select((letter, i) => (Dim: (int)x.dim() - 1 - i, First: letter == 'L' ? 1 : 0))
            .Aggregate(x, (part, axis) => part.slice(axis.Dim, axis.First, x.size(axis.Dim), 2));
}

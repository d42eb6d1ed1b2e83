using LiftPool.Calls;
using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>Max-lifting and the mean: pools that begin as LibTorch's own, with details that restore the input.</summary>
[Trait(EachPath.Name, EachPath.Value)]
public sealed class MaxLiftingTests : IClassFixture<OneThread>
{
    private const long Channels = 17;

    public static TheoryData<int, bool, string> Everywhere
    {
        get
        {
            var cases = new TheoryData<int, bool, string>();
            foreach (var path in ComputePath.Paths)
            {
                for (var axes = 1; axes <= 3; axes++)
                {
                    cases.Add(axes, false, path);
                    cases.Add(axes, true, path);
                }
            }

            return cases;
        }
    }

    public static TheoryData<string> Paths => [.. ComputePath.Paths];

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void LL_of_max_lifting_is_max_pooling(int axes, bool ceilMode, string path)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force(path);
        using var pool = AnyPool.Down(axes, LiftingScheme.MaxLifting(), bands: 1, ceil_mode: ceilMode);
        using var max = AnyPool.Max(axes, ceilMode);
        foreach (var length in BesidePool.Lengths(axes, from: 2))
        {
            using var one = NewDisposeScope();
            BesidePool.ShouldBe(pool, max, [2, Channels, .. length]);
            ComputePath.Last.Should().Be(path);
        }
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void LL_of_the_mean_is_average_pooling(int axes, bool ceilMode, string path)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force(path);
        using var pool = AnyPool.Down(axes, LiftingScheme.Mean(), bands: 1, ceil_mode: ceilMode);
        using Module<Tensor, Tensor> mean = axes switch { 1 => AvgPool1d(2), 2 => AvgPool2d([2, 2]), _ => AvgPool3d([2, 2, 2]) };
        foreach (var x in Inputs(axes))
        {
            // With ceil_mode a sample without a partner is repeated here, and divided by one there: even lengths agree.
            var even = ceilMode ? OddSizes.MakeEven(x, LiftedAxes.All(axes), ceilMode: true) : x;
            pool.forward(x).LargestErrorTo(mean.forward(even)).Should().BeLessThan(2e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void The_details_restore_what_the_maximum_dropped(int axes, bool ceilMode, string path)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force(path);
        foreach (var scheme in new[] { LiftingScheme.MaxLifting(), LiftingScheme.Mean() })
        {
            using var pool = AnyPool.Down(axes, scheme, ceil_mode: ceilMode);
            using var up = AnyPool.Up(axes, pool);
            foreach (var x in Inputs(axes))
            {
                var (_, bands) = pool.forward_with_bands(x);
                up.forward(bands).ErrorTo(x).Should().BeLessThanOrEqualTo(2e-6);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Learnable_from_there_it_trains_alike_on_every_path(string path)
    {
        using var scope = NewDisposeScope();
        for (var axes = 1; axes <= 3; axes++)
        {
            var scheme = LiftingScheme.MaxLifting(learnable: true, channels: Channels, kernel_size: 3, dtype: ScalarType.Float64);
            using var pool = AnyPool.Down(axes, scheme);
            using (no_grad())
            {
                foreach (var weight in pool.parameters())
                {
                    weight.add_(randn_like(weight), 0.1);
                }
            }

            var x = randn([2, Channels, .. Enumerable.Repeat(9L, axes)], ScalarType.Float64);
            var wanted = PathValues.Of(pool, axes, x, "tensor", seed: 3, PenaltyNorm.MeanSquare);
            foreach (var (name, value) in PathValues.Of(pool, axes, x, path, seed: 3, PenaltyNorm.MeanSquare))
            {
                value.RelativeNormTo(wanted[name]).Should().BeLessThanOrEqualTo(1e-11, "{0} in {1}-D", name, axes);
            }
        }
    }

    [Fact]
    public void Its_weights_are_the_filters_and_the_factor()
    {
        using var learnable = LiftingScheme.MaxLifting(learnable: true, channels: 3, kernel_size: 5);
        using var fixedScheme = LiftingScheme.MaxLifting();

        learnable.named_parameters().Select(entry => (entry.name, string.Join(",", entry.parameter.shape))).Should().Equal(
            ("predict.weight", "3,1,5"), ("update.weight", "3,1,5"), ("update.factor", "3,1,1"));
        fixedScheme.parameters().Should().BeEmpty();
        fixedScheme.state_dict().Keys.Should().Equal("predict.weight", "update.weight", "update.factor");
    }

    private static IEnumerable<Tensor> Inputs(int axes)
    {
        long[] lengths = axes switch { 1 => [.. Enumerable.Range(2, 39)], 2 => [2, 3, 4, 7, 12, 19, 40], _ => [2, 3, 6, 9] };
        foreach (var length in lengths)
        {
            yield return randn([2, Channels, .. Enumerable.Range(0, axes).Select(axis => length + axis)]);
        }
    }
}

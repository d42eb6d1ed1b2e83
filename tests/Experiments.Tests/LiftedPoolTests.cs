using LiftPool;

namespace Experiments.Tests;

/// <summary>
/// The experiments' own pools: those put together from the library's are the library's where they should be, and MaxBlurPool is what its
/// paper says.
/// </summary>
public sealed class LiftedPoolTests
{
    private const int Channels = 4;

    [Theory]
    [InlineData(8, 8)]
    [InlineData(9, 7)]
    public void The_pool_of_single_lifts_is_LiftDownPool2d(long height, long width)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var x = randn(2, Channels, height, width);
        var pool = new LiftDownPool2d(Channels);
        var lifted = new LiftedPool(Channels);
        foreach (var (name, weight) in lifted.named_parameters())
        {
            using var noGrad = no_grad();
            _ = weight.copy_(pool.state_dict()[name.Replace("horizontal", "scheme", StringComparison.Ordinal)]);
        }

        using var regularizer = new LiftRegularizer(lambda_u: 0.3, lambda_p: 0.7);
        var expected = pool.forward(x);
        using var penalties = new StepPenalties();
        Tensor output;

        // As a network has one.
        using (NewDisposeScope())
        {
            output = lifted.forward(x).MoveToOuterDisposeScope();
        }

        output.allclose(expected, rtol: 1e-5, atol: 1e-6).Should().BeTrue();
        penalties.AddTo(zeros(1), new(0.3, 0.7)).item<float>().Should().BeApproximately(regularizer.loss().item<float>(), 1e-5f);
    }

    [Fact]
    public void Towards_the_even_samples_c_u_is_what_the_update_adds()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        var x = randn(1, Channels, 2, 2);
        var lifted = new LiftedPool(Channels, towardsEven: true);
        using var penalties = new StepPenalties();
        _ = lifted.forward(x);

        // An update that adds nothing leaves s = xe.
        var silent = new LiftedPool(Channels, towardsEven: true);
        using (no_grad())
        {
            foreach (var (name, weight) in silent.named_parameters().Where(one => one.name.Contains("update", StringComparison.Ordinal)))
            {
                _ = weight.zero_();
            }
        }

        penalties.AddTo(zeros(1), new(1, 0)).item<float>().Should().BePositive();
        using var none = new StepPenalties();
        _ = silent.forward(x);
        none.AddTo(zeros(1), new(1, 0)).item<float>().Should().Be(0);
    }

    [Fact]
    public void Relative_penalties_do_not_fall_with_the_input()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        var x = rand(2, Channels, 8, 8);

        // Both operators are nothing: LL is the second sample of each pair along both axes, and the details are the other three pixels.
        var pool = Starts.Nothing(new RelativePool(Channels));
        var even = x.slice(2, 1, 8, 2).slice(3, 1, 8, 2);
        var squares = x.square().sum().sub(even.square().sum()).div(x.square().sum()).item<float>();
        var (inner, outer) = (even.mean([2, 3]), x.mean([2, 3]));
        var means = inner.sub(outer).square().sum().div(outer.square().sum()).item<float>();

        Penalty(x, new(0, 1)).Should().BeApproximately(squares, 1e-5f);
        Penalty(x, new(1, 0)).Should().BeApproximately(means, 1e-5f);
        Penalty(x.mul(0.01), new(1, 1)).Should().BeApproximately(squares + means, 1e-5f);
        Penalty(x.mul(0), new(1, 1)).Should().Be(0);

        float Penalty(Tensor input, Penalties weights)
        {
            using var penalties = new StepPenalties();
            pool.forward(input).shape.Should().Equal(2, Channels, 4, 4);
            return penalties.AddTo(zeros(1), weights).item<float>();
        }
    }

    [Fact]
    public void Penalties_of_pools_that_measure_themselves_leave_out_their_layers()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        var x = rand(2, Channels, 8, 8);
        var pool = new RelativePool(Channels);
        using var measured = new StepPenalties();
        _ = pool.forward(x);

        var (task, whole) = Penalties.OfPools(0.1, 0.2).Loss(() => pool.forward(x).sum());

        whole.sub(task).item<float>().Should().BeApproximately(measured.AddTo(zeros(1), new(0.1, 0.2)).item<float>(), 1e-4f);
    }

    [Fact]
    public void Gates_of_nothing_halve_no_band()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        var x = rand(2, Channels, 8, 8);
        var gated = new GatedPool(Channels);
        var plain = new LiftDownPool2d(Channels);
        using (no_grad())
        {
            foreach (var (name, weight) in gated.named_parameters())
            {
                // sigmoid(0) = 1/2, so that each band comes out as it is.
                _ = name.StartsWith("pool.", StringComparison.Ordinal) ? weight.copy_(plain.state_dict()[name["pool.".Length..]]) : weight.zero_();
            }
        }

        gated.forward(x).allclose(plain.forward(x), rtol: 1e-5, atol: 1e-6).Should().BeTrue();
    }

    [Fact]
    public void MaxBlurPool_is_the_binomial_mean_of_the_maxima_at_every_second_pixel()
    {
        using var scope = NewDisposeScope();

        // Increasing along both axes: the maximum of 2 x 2 is its lower right, x[i + 1, j + 1] = 10 (i + 1) + (j + 1).
        var x = arange(4, dtype: ScalarType.Float32).mul(10).unsqueeze(1).add(arange(4, dtype: ScalarType.Float32)).view(1, 1, 4, 4);
        using var pool = new MaxBlurPool(1);

        // Maxima 11 12 13 / 21 22 23 / 31 32 33, mirrored at the borders: along an axis (2b + 2a) / 4 at the first, (2b + 2c) / 4 at the third.
        float[] expected = [16.5f, 17.5f, 26.5f, 27.5f];
        pool.forward(x).data<float>().ToArray().Should().BeEquivalentTo(expected);
    }
}

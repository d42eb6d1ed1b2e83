namespace LiftPool.Tests;

/// <summary>The values of c_u and c_p, in both readings of the norm, and how they add up.</summary>
public class PenaltyTests
{
    public static TheoryData<PenaltyNorm> Norms => [PenaltyNorm.MeanSquare, PenaltyNorm.L2];

    [Theory]
    [InlineData(PenaltyNorm.MeanSquare, 1, 5)]
    [InlineData(PenaltyNorm.L2, 1.4142135623730951, 3.1622776601683795)]
    public void One_step_by_hand(PenaltyNorm norm, double c_u, double c_p)
    {
        // P = U = 0, xo = 1, 3 and xe = 2, 4, so that s - xo = 1, 1 and d = 1, 3. The second sample is the first, negated.
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(HandSchemes.Split());
        var x = tensor(new double[] { 1, 2, 3, 4, -1, -2, -3, -4 }, [2, 1, 4]);

        var terms = pool.penalties(x, norm);

        terms.c_u.item<double>().Should().BeApproximately(c_u, 1e-15);
        terms.c_p.item<double>().Should().BeApproximately(c_p, 1e-15);
    }

    [Theory]
    [MemberData(nameof(Norms))]
    public void The_scope_collects_what_penalties_gives_and_the_shares_add_up(PenaltyNorm norm)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var pool = new LiftDownPool2d(channels: 4, bands: Bands2d.LL);
        using var other = new LiftDownPool3d(channels: 4, ceil_mode: true);
        var (image, volume) = (randn(2, 4, 7, 6), randn([2, 4, 5, 4, 3]));
        var (expected, expectedOther) = (pool.penalties(image, norm), other.penalties(volume, norm));

        using var penalty = new LiftRegularizer(lambda_u: 0.5, lambda_p: 2, norm);
        pool.forward(image);
        other.forward(volume);

        penalty.Shares[0].c_u.IsExactly(expected.c_u).Should().BeTrue();
        penalty.Shares[0].c_p.IsExactly(expected.c_p).Should().BeTrue();
        penalty.Shares[1].c_u.IsExactly(expectedOther.c_u).Should().BeTrue();
        penalty.Shares[1].c_p.IsExactly(expectedOther.c_p).Should().BeTrue();
        penalty.c_u.IsExactly(expected.c_u.add(expectedOther.c_u)).Should().BeTrue();
        penalty.c_p.IsExactly(expected.c_p.add(expectedOther.c_p)).Should().BeTrue();
        penalty.loss().item<float>().Should().Be((penalty.c_u.item<float>() * 0.5f) + (penalty.c_p.item<float>() * 2f));
    }

    [Fact]
    public void The_default_weights_are_the_papers()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(HandSchemes.Split());
        using var penalty = new LiftRegularizer();
        pool.forward(tensor(new double[] { 1, 2, 3, 4 }, [1, 1, 4]));

        penalty.loss().item<double>().Should().BeApproximately((0.001 * 1) + (0.01 * 5), 1e-15);
    }

    [Fact]
    public void The_sums_are_0_dimensional_the_same_tensor_when_read_twice_and_grow_with_each_call()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(HandSchemes.Split());
        var x = tensor(new double[] { 1, 2, 3, 4 }, [1, 1, 4]);
        using var penalty = new LiftRegularizer();

        pool.forward(x);
        var (c_u, c_p) = (penalty.c_u, penalty.c_p);
        c_u.shape.Should().BeEmpty();
        c_p.shape.Should().BeEmpty();
        penalty.loss().shape.Should().BeEmpty();
        penalty.c_u.Should().BeSameAs(c_u);
        penalty.c_p.Should().BeSameAs(c_p);
        penalty.loss().Should().NotBeSameAs(penalty.loss());

        pool.forward(x);
        penalty.c_u.item<double>().Should().Be(2);
        penalty.c_p.item<double>().Should().Be(10);
    }

    [Fact]
    public void An_empty_scope_adds_nothing_to_a_loss_and_its_gradient()
    {
        using var scope = NewDisposeScope();
        var weight = full([3], 2.0, dtype: ScalarType.Float64, requires_grad: true);
        using var penalty = new LiftRegularizer();

        var loss = weight.square().sum() + penalty.loss();
        loss.backward();

        penalty.loss().item<float>().Should().Be(0);
        penalty.c_u.item<float>().Should().Be(0);
        loss.item<double>().Should().Be(12);
        weight.grad!.IsExactly(full([3], 4.0, dtype: ScalarType.Float64)).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Norms))]
    public void Halves_of_a_batch_average_to_the_whole_and_so_do_their_gradients(PenaltyNorm norm)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = new LiftDownPool2d(channels: 4, dtype: ScalarType.Float64);
        var x = randn(6, 4, 6, 8, dtype: ScalarType.Float64);

        double[] Run(Tensor batch)
        {
            pool.zero_grad();
            using var penalty = new LiftRegularizer(norm: norm);
            pool.forward(batch);
            penalty.loss().backward();
            return [penalty.c_u.item<double>(), penalty.c_p.item<double>(), .. pool.parameters().SelectMany(weight => weight.grad!.flatten().data<double>())];
        }

        var (whole, first, second) = (Run(x), Run(x[..3]), Run(x[3..]));

        first.Should().NotEqual(second);
        var mean = first.Zip(second, (a, b) => (a + b) / 2);
        mean.Zip(whole, (a, b) => Math.Abs(a - b) / Math.Max(1, Math.Abs(b))).Aggregate(0.0, Math.Max).Should().BeLessThan(1e-14);
    }

    [Theory]
    [MemberData(nameof(Norms))]
    public void Collecting_changes_neither_output_nor_bands(PenaltyNorm norm)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var pool = new LiftDownPool2d(channels: 4, bands: Bands2d.LL | Bands2d.HH);
        var x = randn(2, 4, 7, 6);
        var (y, bands) = pool.forward_with_bands(x);

        using var penalty = new LiftRegularizer(norm: norm);
        var (inside, bandsInside) = pool.forward_with_bands(x);

        inside.IsExactly(y).Should().BeTrue();
        pool.forward(x).IsExactly(y).Should().BeTrue();
        bands.Names.Should().OnlyContain(name => bandsInside[name].IsExactly(bands[name]));
    }

    [Theory]
    [MemberData(nameof(Norms))]
    public void Without_gradients_the_values_are_the_same(PenaltyNorm norm)
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var pool = new LiftDownPool2d(channels: 4);
        var x = randn(2, 4, 6, 6);
        var (c_u, c_p) = pool.penalties(x, norm);

        using var unrecorded = no_grad();
        using var penalty = new LiftRegularizer(norm: norm);
        pool.forward(x);

        penalty.c_u.IsExactly(c_u).Should().BeTrue();
        penalty.c_p.IsExactly(c_p).Should().BeTrue();
        c_u.requires_grad.Should().BeTrue();
        penalty.loss().requires_grad.Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Norms))]
    public void Totals_read_without_gradients_leave_the_loss_its_graph(PenaltyNorm norm)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var pool = new LiftDownPool2d(channels: 4);
        using var penalty = new LiftRegularizer(norm: norm);
        pool.forward(randn(2, 4, 6, 6));

        // As a log does between forward and backward.
        using (no_grad())
        {
            penalty.c_u.item<float>().Should().BePositive();
            penalty.c_p.item<float>().Should().BePositive();
        }

        var loss = penalty.loss();
        loss.requires_grad.Should().BeTrue();
        loss.backward();
        pool.parameters().Should().OnlyContain(weight => weight.HasUsefulGrad());
    }

    [Fact]
    public void Totals_read_early_stay_valid_when_more_has_run_until_the_scope_ends()
    {
        using var scope = NewDisposeScope();
        using var first = new LiftDownPool1d(HandSchemes.Split());
        using var second = new LiftDownPool1d(HandSchemes.Haar());
        var x = tensor(new double[] { 1, 2, 3, 4 }, [1, 1, 4]).requires_grad_();
        var penalty = new LiftRegularizer();
        first.forward(x);
        var (c_u, c_p) = (penalty.c_u, penalty.c_p);

        second.forward(x);

        // Haar of 1, 2 and of 3, 4: d = -1, -1 and s - xo = 0.5, 0.5.
        penalty.c_u.item<double>().Should().Be(1 + 0.25);
        penalty.c_p.item<double>().Should().Be(5 + 1);
        c_u.item<double>().Should().Be(1);
        c_p.item<double>().Should().Be(5);
        c_u.add(c_p).backward();
        x.HasUsefulGrad().Should().BeTrue();

        penalty.Dispose();
        c_u.IsInvalid.Should().BeTrue();
        c_p.IsInvalid.Should().BeTrue();
    }
}

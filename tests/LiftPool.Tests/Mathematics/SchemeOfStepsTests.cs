using static LiftPool.Tests.Numbers;

namespace LiftPool.Tests;

/// <summary>Schemes of other shapes than the paper's: steps in any number and order, and gains.</summary>
public sealed class SchemeOfStepsTests
{
    private static readonly double Root3 = Math.Sqrt(3);

    [Fact]
    public void A_scheme_that_starts_with_an_update_can_be_the_orthogonal_wavelet_D4()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var scheme = D4();
        var x = randn([2, 3, 16], ScalarType.Float64);

        var (s, d) = scheme.lift(x);

        // Orthogonal: energy is kept. Two vanishing moments: no detail of a line, but at the seam of the circle.
        var energy = s.square().sum().add(d.square().sum()).item<double>();
        energy.Should().BeApproximately(x.square().sum().item<double>(), 1e-12);
        var line = scheme.lift(arange(0, 16, ScalarType.Float64).view(1, 1, 16)).d;
        In(line)[..^1].Should().OnlyContain(detail => Math.Abs(detail) < 1e-13);
        In(line)[^1].Should().BeLessThan(-1);
        ShouldRestore(scheme, x);
    }

    [Fact]
    public void Its_weights_are_numbered()
    {
        using var scope = NewDisposeScope();
        using var scheme = D4();
        using var pool = new LiftDownPool1d(scheme);

        scheme.state_dict().Keys.Should().Equal("steps.0.weight", "steps.1.weight", "steps.2.weight");
        pool.state_dict().Keys.Should().Equal("scheme.steps.0.weight", "scheme.steps.1.weight", "scheme.steps.2.weight");
    }

    [Fact]
    public void One_predict_and_one_update_are_named_and_the_other_order_is_numbered()
    {
        using var scope = NewDisposeScope();
        var predict = LiftingStep.Predict(new RoundFilter(0, 1));
        var update = LiftingStep.Update(new RoundFilter(0, 0.5));
        using var paper = new LiftingScheme([predict, update]);
        using var other = new LiftingScheme([update, predict]);

        paper.state_dict().Keys.Should().Equal("predict.weight", "update.weight");
        other.state_dict().Keys.Should().Equal("steps.0.weight", "steps.1.weight");
    }

    [Fact]
    public void Four_steps_and_gains_follow_the_hand_written_order()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        double[] factors = [1.5, -0.25, 0.75, 0.4];
        using var scheme = new LiftingScheme(
            [
                LiftingStep.Predict(new Times(factors[0])),
                LiftingStep.Update(new Times(factors[1])),
                LiftingStep.Predict(new Times(factors[2])),
                LiftingStep.Update(new Times(factors[3])),
            ],
            approximation_gain: 1.25,
            detail_gain: -0.5);
        var x = randn([2, 3, 8], ScalarType.Float64);

        var (s, d) = scheme.lift(x);

        var (xo, xe) = (x.slice(-1, 0, 8, 2), x.slice(-1, 1, 8, 2));
        xo = xo.sub(xe.mul(factors[0]));
        xe = xe.add(xo.mul(factors[1]));
        xo = xo.sub(xe.mul(factors[2]));
        xe = xe.add(xo.mul(factors[3]));
        s.ShouldBe(In(xe.mul(1.25)));
        d.ShouldBe(In(xo.mul(-0.5)));
        ShouldRestore(scheme, x);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Pools_of_such_schemes_are_inverted_exactly(int axes)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var pool = new PoolSettings(axes).NewDownPool(D4());
        using var up = AnyPool.Up(axes, pool);
        var x = randn([2, 2, .. new long[] { 7, 5, 6 }[..axes]], ScalarType.Float64);

        var (_, bands) = pool.forward_with_bands(x);

        up.forward(bands).LargestErrorTo(x).Should().BeLessThan(1e-13);
    }

    [Fact]
    public void Penalties_are_taken_before_the_gains()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(new LiftingScheme([], approximation_gain: 10, detail_gain: 100));

        var (_, bands) = pool.forward_with_bands(Of([1, 1, 2], 1, 4));
        var (c_u, c_p) = pool.penalties(Of([1, 1, 2], 1, 4));

        bands["L"].ShouldBe(40);
        bands["H"].ShouldBe(100);
        c_u.ShouldBe(9);
        c_p.ShouldBe(1);
    }

    [Fact]
    public void An_approximation_that_no_step_changes_is_a_copy_of_the_even_samples()
    {
        using var scope = NewDisposeScope();
        using var scheme = new LiftingScheme([LiftingStep.Predict(new RoundFilter(0, 1))]);
        var x = Of([1, 1, 4], 1, 5, 2, 8);

        var (s, d) = scheme.lift(x);

        scheme.state_dict().Keys.Should().Equal("steps.0.weight");
        s.ShouldBe(5, 8);
        d.ShouldBe(-4, -6);
        s.zero_();
        x.ShouldBe(1, 5, 2, 8);
    }

    [Fact]
    public void A_detail_that_no_step_changes_is_a_copy_of_the_odd_samples()
    {
        using var scope = NewDisposeScope();
        using var scheme = new LiftingScheme([LiftingStep.Update(new Times(0.5))]);
        var x = Of([1, 1, 4], 1, 5, 2, 8);

        var (s, d) = scheme.lift(x);

        s.ShouldBe(5.5, 9);
        d.ShouldBe(1, 2);
        d.zero_();
        x.ShouldBe(1, 5, 2, 8);
    }

    [Fact]
    public void Without_steps_a_signal_is_only_split()
    {
        using var scope = NewDisposeScope();
        using var scheme = new LiftingScheme([]);
        var x = Of([1, 1, 4], 1, 5, 2, 8);

        var (s, d) = scheme.lift(x);

        s.ShouldBe(5, 8);
        d.ShouldBe(1, 2);
        scheme.state_dict().Should().BeEmpty();
        s.add_(d);
        x.ShouldBe(1, 5, 2, 8);
    }

    /// <summary>
    /// Daubechies and Sweldens, "Factoring wavelet transforms into lifting steps" (1998), section 7.5, with the signal
    /// read backwards, since here the detail sample comes first in a pair.
    /// </summary>
    private static LiftingScheme D4() => new(
        [
            LiftingStep.Update(new RoundFilter(0, Root3)),
            LiftingStep.Predict(new RoundFilter(0, Root3 / 4, (Root3 - 2) / 4)),
            LiftingStep.Update(new RoundFilter(-1, -1)),
        ],
        approximation_gain: (Root3 - 1) / Math.Sqrt(2),
        detail_gain: (Root3 + 1) / Math.Sqrt(2));

    private static void ShouldRestore(LiftingScheme scheme, Tensor x)
    {
        var (s, d) = scheme.lift(x);
        scheme.unlift(s, d).LargestErrorTo(x).Should().BeLessThan(1e-13);
    }
}

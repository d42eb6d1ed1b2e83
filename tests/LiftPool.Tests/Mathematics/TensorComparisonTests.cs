namespace LiftPool.Tests;

/// <summary>The yardsticks themselves: NaN passes under no bound, and nothing is no error.</summary>
public sealed class TensorComparisonTests
{
    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(1, double.NaN)]
    [InlineData(double.NaN, double.NaN)]
    public void NaN_on_either_side_is_under_no_bound(double actual, double expected)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(new[] { 1, actual, 2 }), tensor(new[] { 1, expected, 2 }));

        a.LargestErrorTo(b).Should().Be(double.NaN);
        a.ErrorTo(b).Should().Be(double.NaN);
        a.RelativeNormTo(b).Should().Be(double.NaN);
        a.IsExactly(b).Should().Be(double.IsNaN(actual) && double.IsNaN(expected), "the same places is the same");
    }

    [Fact]
    public void The_assertions_used_on_distances_refuse_NaN()
    {
        Action[] uses =
        [
            () => double.NaN.Should().BeLessThan(1), () => double.NaN.Should().BeLessThanOrEqualTo(1), () => double.NaN.Should().BeInRange(0, 1),
            () => double.NaN.Should().Be(0),
        ];
        foreach (var use in uses)
        {
            Record.Exception(use).Should().NotBeNull();
        }
    }

    [Fact]
    public void Errors_are_the_largest_and_relative_only_to_what_is_large()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(new[] { 1f, -2, 8 }), tensor(new[] { 1f, 2, 10 }));

        a.LargestErrorTo(b).Should().Be(4);
        a.ErrorTo(b).Should().Be(0.4);
        a.div(100).ErrorTo(b.div(100)).Should().BeApproximately(0.04, 1e-8);
        a.RelativeNormTo(b).Should().BeApproximately(Math.Sqrt(20.0 / 105), 1e-15);
        a.RelativeNormTo(b, smallest: 100).Should().BeApproximately(Math.Sqrt(20) / 100, 1e-15);
    }

    [Fact]
    public void Tensors_without_elements_are_the_same()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (zeros(0, 3), zeros(0, 3));

        a.IsExactly(b).Should().BeTrue();
        a.LargestErrorTo(b).Should().Be(0);
        a.ErrorTo(b).Should().Be(0);
        a.RelativeNormTo(b).Should().Be(0);
        a.IsExactly(zeros(3, 0)).Should().BeFalse();
        a.IsExactly(zeros(0, 3, ScalarType.Float64)).Should().BeFalse();
    }

    [Theory]
    [InlineData(0.5, true)]
    [InlineData(0, false)]
    [InlineData(double.NaN, false)]
    [InlineData(double.NegativeInfinity, false)]
    public void A_gradient_is_useful_when_it_is_finite_and_not_zero(double entry, bool useful)
    {
        using var scope = NewDisposeScope();
        var weight = zeros(2).requires_grad_();
        weight.HasUsefulGrad().Should().BeFalse("none has arrived");
        var factors = tensor(new[] { 0, entry }, ScalarType.Float32);

        weight.mul(factors).sum().backward();

        weight.HasUsefulGrad().Should().Be(useful);
    }
}

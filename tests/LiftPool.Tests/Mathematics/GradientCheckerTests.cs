namespace LiftPool.Tests;

/// <summary>The checker itself: right functions pass it, wrong derivatives of either order do not.</summary>
public sealed class GradientCheckerTests
{
    [Fact]
    public void A_right_function_passes_in_both_orders()
    {
        using var scope = NewDisposeScope();
        var x = Point();
        Tensor Cubes() => x.mul(x).mul(x).sum();

        Gradients.FirstOrderError(Cubes, [x]).Should().BeLessThan(1e-8);
        Gradients.SecondOrderError(Cubes, [x]).Should().BeLessThan(1e-8);
    }

    [Fact]
    public void A_gradient_of_half_the_size_is_caught()
    {
        using var scope = NewDisposeScope();
        var x = Point();

        // x * x, of which autograd sees one factor.
        Tensor Half() => x.mul(x.detach()).sum();

        Gradients.FirstOrderError(Half, [x]).Should().BeGreaterThan(0.5);
    }

    [Fact]
    public void One_wrong_entry_of_one_variable_is_caught()
    {
        using var scope = NewDisposeScope();
        var x = Point();
        var w = Point();
        Tensor Missing() => x.mul(w).narrow(0, 0, 2).sum().add(x.detach().mul(w).narrow(0, 2, 1).sum());

        Gradients.FirstOrderError(Missing, [w]).Should().BeLessThan(1e-8);
        Gradients.FirstOrderError(Missing, [x, w]).Should().BeGreaterThan(0.1);
    }

    [Fact]
    public void A_wrong_second_derivative_behind_a_right_first_one_is_caught()
    {
        using var scope = NewDisposeScope();
        var x = Point();

        // c + 3 c^2 (x - c) at c = x: the value and the slope of a cube, but the graph is that of a line.
        Tensor Tangent()
        {
            var c = x.detach();
            return c.mul(c).mul(c).add(c.mul(c).mul(3).mul(x.sub(c))).sum();
        }

        Gradients.FirstOrderError(Tangent, [x]).Should().BeLessThan(1e-8);
        Gradients.SecondOrderError(Tangent, [x]).Should().BeGreaterThan(0.1);
    }

    [Fact]
    public void A_gradient_that_autograd_does_not_see_at_all_is_caught()
    {
        using var scope = NewDisposeScope();
        var x = Point();

        Gradients.FirstOrderError(() => x.detach().square().sum(), [x]).Should().BeGreaterThan(1);
    }

    [Fact]
    public void A_variable_without_influence_has_a_gradient_of_zeros()
    {
        using var scope = NewDisposeScope();
        var x = Point();
        var unused = Point();

        Derivative.Of(x.square().sum(), [x, unused], createGraph: false)[1].ShouldBe(0, 0, 0);
        Gradients.SecondOrderError(() => x.square().sum(), [x, unused]).Should().BeLessThan(1e-8);
    }

    [Fact]
    public void A_gradient_of_nan_is_caught()
    {
        using var scope = NewDisposeScope();
        var x = zeros(3, ScalarType.Float64).requires_grad_();

        // The root has no derivative at zero.
        Gradients.FirstOrderError(() => x.square().sum().sqrt(), [x]).Should().Be(double.PositiveInfinity);
    }

    [Fact]
    public void The_variables_are_left_as_they_were()
    {
        using var scope = NewDisposeScope();
        var x = Point();
        var before = x.detach().clone();

        Gradients.SecondOrderError(() => x.square().sum(), [x]);

        x.Equals(before).Should().BeTrue();
    }

    private static Tensor Point() => tensor([0.5, -1.25, 2], ScalarType.Float64).requires_grad_();
}

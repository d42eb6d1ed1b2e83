using System.Globalization;
using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>
/// Gradients of both orders against central differences, in float64, for the inputs and every weight; and float32's
/// against float64's.
/// </summary>
public sealed class GradientTests(ITestOutputHelper output)
{
    private const double Tolerance = 1e-6;
    internal const double Float32Tolerance = 1e-5;

    // The gradients here are about 1. In one that nearly cancels, float32 leaves the rounding of what cancelled.
    internal const double SmallestNorm = 0.1;

    [Fact]
    public void Down_pools_agree_with_central_differences() => ShouldAgree(GradientCase.Down);

    [Fact]
    public void Up_pools_agree_with_central_differences() => ShouldAgree(GradientCase.Up);

    [Fact]
    public void Penalties_agree_with_central_differences() => ShouldAgree(GradientCase.Regularizer);

    [Fact]
    public void Round_trips_agree_with_central_differences() => ShouldAgree(GradientCase.RoundTrip);

    [Fact]
    public void Float32_gradients_agree_with_float64()
    {
        List<string> wrong = [];
        Print("float32 against float64", $"relative norm");
        foreach (var one in GradientCase.Down.Concat(GradientCase.Up).Concat(GradientCase.Regularizer).Concat(GradientCase.RoundTrip))
        {
            using var scope = NewDisposeScope();
            using var point = GradientPoint.Draw(one);
            using var single = GradientPoint.Again(one, ScalarType.Float32, point.Seed);

            var worst = All(single).Zip(All(point), (actual, exact) => actual.RelativeNormTo(exact, SmallestNorm)).Aggregate(0.0, Math.Max);

            Print(one.Name, $"{worst:0.0e+00}");
            if (!(worst <= Float32Tolerance))
            {
                wrong.Add(one.Name);
            }
        }

        wrong.Should().BeEmpty(ConvolutionCanary.Verdict);

        static Tensor[] All(GradientPoint point) => Derivative.Of(point.Function(), point.Variables, createGraph: false);
    }

    [Fact]
    public void The_exact_inverse_has_the_identity_as_gradient_and_none_for_its_weights()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var pool = new LiftDownPool2d(3, dtype: ScalarType.Float64);
        using var up = new LiftUpPool2d(pool);
        var x = randn([2, 3, 7, 8], ScalarType.Float64).requires_grad_();
        var cotangent = randn([2, 3, 7, 8], ScalarType.Float64);

        var (_, bands) = pool.forward_with_bands(x);
        var gradients = Derivative.Of(up.forward(bands).mul(cotangent).sum(), [x, .. pool.parameters()], createGraph: false);

        gradients[0].LargestErrorTo(cotangent).Should().BeLessThan(1e-14);
        gradients.Skip(1).Should().OnlyContain(gradient => gradient.LargestMagnitude() < 1e-13);
    }

    private void ShouldAgree(IEnumerable<GradientCase> cases)
    {
        List<string> wrong = [];
        Print("relative error against central differences", $"first  ", $"second ");
        foreach (var one in cases)
        {
            using var scope = NewDisposeScope();
            using var point = GradientPoint.Draw(one);

            var first = Gradients.FirstOrderError(point.Function, point.Variables);
            var second = Gradients.SecondOrderError(point.Function, point.Variables);

            Print(one.Name, $"{first:0.0e+00}", $"{second:0.0e+00}");
            if (!(first <= Tolerance && second <= Tolerance))
            {
                wrong.Add($"{one.Name}: {first:0.0e+00} {second:0.0e+00}");
            }
        }

        wrong.Should().BeEmpty();
    }

    private void Print(string name, params FormattableString[] columns)
        => output.WriteLine($"{name,-80} {string.Join("  ", columns.Select(column => column.ToString(CultureInfo.InvariantCulture)))}");
}

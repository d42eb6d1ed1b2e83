namespace LiftPool.Tests;

/// <summary>
/// Every way in which tests compare tensors: to the bit, by the largest error, by the norm. NaN anywhere makes a distance NaN, which is under no
/// bound; tensors without elements are at distance 0.
/// </summary>
internal static class TensorComparison
{
    /// <summary>Same dtype, same shape, equal values, and NaN in the same places.</summary>
    internal static bool IsExactly(this Tensor actual, Tensor expected)
    {
        using var scope = NewDisposeScope();
        if (actual.dtype != expected.dtype || !actual.shape.AsSpan().SequenceEqual(expected.shape))
        {
            return false;
        }

        var (a, b) = (actual.detach(), expected.detach());
        return a.eq(b).logical_or(a.isnan().logical_and(b.isnan())).all().item<bool>();
    }

    /// <summary>The largest <c>|actual - expected|</c>, taken in float64; shapes must agree.</summary>
    internal static double LargestErrorTo(this Tensor actual, Tensor expected)
    {
        using var scope = NewDisposeScope();
        actual.shape.Should().Equal(expected.shape);
        return Double(actual).sub(Double(expected)).LargestMagnitude();
    }

    /// <summary><c>max |actual - expected| / max(1, max |expected|)</c>; shapes must agree.</summary>
    internal static double ErrorTo(this Tensor actual, Tensor expected)
        => actual.LargestErrorTo(expected) / Math.Max(1, expected.LargestMagnitude());

    /// <summary><c>||actual - expected|| / max(smallest, ||expected||)</c>; shapes must agree.</summary>
    /// <param name="actual">What was computed.</param>
    /// <param name="expected">What is right.</param>
    /// <param name="smallest">The norm below which the error is no longer relative.</param>
    internal static double RelativeNormTo(this Tensor actual, Tensor expected, double smallest = double.Epsilon)
    {
        using var scope = NewDisposeScope();
        actual.shape.Should().Equal(expected.shape);
        var right = Double(expected);
        return Norm(Double(actual).sub(right)) / Math.Max(smallest, Norm(right));
    }

    /// <summary>The largest <c>|x|</c>.</summary>
    internal static double LargestMagnitude(this Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.numel() == 0 ? 0 : Double(x).abs().max().item<double>();
    }

    /// <summary>Whether a gradient arrived, with finite values that are not all zero.</summary>
    internal static bool HasUsefulGrad(this Tensor weight)
    {
        using var scope = NewDisposeScope();
        return weight.grad is { } grad && grad.LargestMagnitude() is > 0 and < double.PositiveInfinity;
    }

    private static Tensor Double(Tensor x) => x.detach().to(ScalarType.Float64);

    private static double Norm(Tensor x) => x.square().sum().sqrt().item<double>();
}

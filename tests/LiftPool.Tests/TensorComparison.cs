namespace LiftPool.Tests;

/// <summary>Two ways to compare tensors: to the bit, and relative to their size.</summary>
internal static class TensorComparison
{
    /// <summary>Same dtype, same shape, equal values.</summary>
    internal static bool IsExactly(this Tensor actual, Tensor expected)
        => actual.dtype == expected.dtype && actual.shape.AsSpan().SequenceEqual(expected.shape) && actual.Equals(expected);

    /// <summary><c>max |actual - expected| / max(1, max |expected|)</c>; shapes must agree.</summary>
    internal static double ErrorTo(this Tensor actual, Tensor expected)
    {
        using var scope = NewDisposeScope();
        actual.shape.Should().Equal(expected.shape);
        var (a, b) = (actual.detach().to(ScalarType.Float64), expected.detach().to(ScalarType.Float64));
        return a.sub(b).abs().max().item<double>() / Math.Max(1, b.abs().max().item<double>());
    }

    /// <summary>Whether a gradient arrived, with finite values that are not all zero.</summary>
    internal static bool HasUsefulGrad(this Tensor weight)
    {
        using var scope = NewDisposeScope();
        return weight.grad is { } grad && grad.isfinite().all().item<bool>() && grad.abs().max().to(ScalarType.Float64).item<double>() > 0;
    }
}

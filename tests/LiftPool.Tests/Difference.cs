namespace LiftPool.Tests;

/// <summary>Distances between tensors as doubles. NaN anywhere makes them NaN, which is under no bound.</summary>
internal static class Difference
{
    /// <summary>The largest |a - b|, taken in float64; 0 for tensors without elements.</summary>
    internal static double Largest(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        a.shape.Should().Equal(b.shape);
        return LargestMagnitude(a.detach().to(ScalarType.Float64).sub(b.detach().to(ScalarType.Float64)));
    }

    internal static double LargestMagnitude(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.numel() == 0 ? 0 : x.detach().to(ScalarType.Float64).abs().max().item<double>();
    }

    /// <summary>Bit for bit as far as values go: equal everywhere, NaN in the same places.</summary>
    internal static bool Same(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return a.dtype == b.dtype
            && a.shape.SequenceEqual(b.shape)
            && a.detach().eq(b.detach()).logical_or(a.detach().isnan().logical_and(b.detach().isnan())).all().item<bool>();
    }
}

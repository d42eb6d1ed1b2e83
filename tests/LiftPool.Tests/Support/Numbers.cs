namespace LiftPool.Tests;

/// <summary>Tensors of doubles, written and read as numbers.</summary>
internal static class Numbers
{
    internal static Tensor Of(long[] shape, params double[] values) => tensor(values, ScalarType.Float64).reshape(shape);

    internal static double[] In(Tensor x) => x.detach().contiguous().data<double>().ToArray();

    internal static void ShouldBe(this Tensor x, params double[] values)
        => In(x).Should().HaveSameCount(values).And.Equal(values, (actual, wanted) => Math.Abs(actual - wanted) <= 1e-14);

    /// <summary>
    /// The tensor times a number that stays alive meanwhile: TorchSharp hands out the address of an implicit Scalar, which a collection of
    /// garbage may free.
    /// </summary>
    internal static Tensor By(this Tensor x, double factor)
    {
        using var scalar = factor.ToScalar();
        return x.mul(scalar);
    }
}

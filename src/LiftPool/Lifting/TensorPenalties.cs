namespace LiftPool.Lifting;

/// <summary>
/// The penalties of one call of a layer: <c>c_u = ||s - xo||</c> and <c>c_p = ||d||</c> of each 1-D step, summed.
/// </summary>
/// <param name="norm">How the norms are read.</param>
/// <param name="dtype">
/// The type of the layer. The squares of half-precision values overflow, and their sum drowns its own terms: they are taken in float32.
/// </param>
internal sealed class TensorPenalties(PenaltyNorm norm, ScalarType dtype)
{
    private readonly ScalarType accumulating = dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
    private Tensor? update;
    private Tensor? predict;

    internal void Add(Tensor s, Tensor odd, Tensor d)
    {
        update = Sum(update, Norm(Accumulating(s).sub(Accumulating(odd))));
        predict = Sum(predict, Norm(Accumulating(d)));
    }

    /// <summary>The sums, as 0-dimensional tensors of at least float32.</summary>
    internal (Tensor c_u, Tensor c_p) Totals
        => (update ?? throw new InvalidOperationException("No step was lifted."), predict!);

    private static Tensor Sum(Tensor? total, Tensor term) => total is null ? term : total.add(term, Scalars.One);

    private Tensor Norm(Tensor difference)
    {
        var squares = difference.mul(difference);
        if (difference.numel() == 0)
        {
            // The mean of nothing would be NaN.
            return squares.sum();
        }

        if (norm == PenaltyNorm.MeanSquare)
        {
            return squares.mean();
        }

        // Not norm(), which adds up a long row in one running sum of float32; sum() goes in blocks. The gradient at zero is 0.
        var sums = squares.flatten(1).sum(1);
        var zero = sums.eq(Scalars.Zero);
        return sums.masked_fill(zero, Scalars.One).sqrt().masked_fill(zero, Scalars.Zero).mean();
    }

    private Tensor Accumulating(Tensor x) => x.dtype == accumulating ? x : x.to(accumulating);
}

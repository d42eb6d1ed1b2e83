namespace LiftPool.Lifting;

/// <summary>
/// The penalties of one call of a layer: <c>c_u = ||s - xo||</c> and <c>c_p = ||d||</c> of each 1-D step, summed.
/// </summary>
internal sealed class PenaltyTerms(PenaltyNorm norm)
{
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
        if (difference.numel() == 0)
        {
            // The mean of nothing would be NaN.
            return difference.sum();
        }

        return norm == PenaltyNorm.MeanSquare
            ? difference.mul(difference).mean()
            : difference.flatten(1).norm(dim: 1).mean();
    }

    // The squares of half-precision values overflow, and their sum drowns its own terms.
    private static Tensor Accumulating(Tensor x)
        => x.dtype is ScalarType.Float16 or ScalarType.BFloat16 ? x.to(ScalarType.Float32) : x;
}

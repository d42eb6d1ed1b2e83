namespace LiftPool.Tests;

/// <summary>
/// What a pool computes, in float64, from the formulas: one axis after the other by gathering the neighbours of each sample. It shares no
/// line with the library and is differentiable, so that it answers for gradients too.
/// </summary>
internal sealed class FuzzReference(FuzzPool pool, FuzzReferenceSteps steps)
{
    private readonly int[] dims = pool.LiftedDims;
    private Tensor? update;
    private Tensor? predict;

    /// <summary>
    /// Output (if any band is chosen), bands, cropped samples and penalties, by name. <paramref name="x"/> may lack the batch axis.
    /// </summary>
    internal Dictionary<string, Tensor> Down(Tensor x, Tensor? gain, PenaltyNorm norm)
    {
        var isBatched = x.dim() == pool.Dimensions + 2;
        Tensor Back(Tensor tensor) => isBatched ? tensor : tensor.squeeze(0);
        (update, predict) = (null, null);
        var values = new Dictionary<string, Tensor>();
        var even = isBatched ? x : x.unsqueeze(0);
        foreach (var dim in dims)
        {
            even = Maximum(even, dim);
        }

        foreach (var dim in dims.Where(dim => even.size(dim) % 2 == 1))
        {
            var last = even.narrow(dim, even.size(dim) - 1, 1);
            if (!pool.Ceil)
            {
                values[$"cropped {values.Count}"] = Back(last);
            }

            even = pool.Ceil ? cat([even, last], dim) : even.narrow(dim, 0, even.size(dim) - 1);
        }

        List<(string Name, Tensor Value)> parts = [("", even)];
        foreach (var dim in dims)
        {
            parts = [.. parts.SelectMany(part => Halves(part, dim, norm))];
        }

        foreach (var (name, band) in parts)
        {
            values[name] = Back(band);
        }

        values["output"] = Back(Reduced(parts, gain));
        (values["c_u"], values["c_p"]) = (update!, predict!);
        return values;
    }

    /// <summary>The inverse of bands in their order, for an input with these spatial lengths.</summary>
    internal Tensor Up(IReadOnlyList<Tensor> bands, IReadOnlyList<Tensor> cropped, long[] lengths)
    {
        var isBatched = bands[0].dim() == pool.Dimensions + 2;
        Tensor Whole(Tensor tensor) => isBatched ? tensor : tensor.unsqueeze(0);
        List<Tensor> parts = [.. bands.Select(Whole)];
        foreach (var dim in dims.Reverse())
        {
            parts = [.. parts.Chunk(2).Select(halves => steps.Merged(halves[0], halves[1], dim))];
        }

        var x = parts[0];
        var next = cropped.Count;
        foreach (var dim in dims.Reverse())
        {
            var length = lengths[dim - 2];
            x = x.size(dim) < length ? cat([x, Whole(cropped[--next])], dim) : x.narrow(dim, 0, length);
        }

        return isBatched ? x : x.squeeze(0);
    }

    private IEnumerable<(string Name, Tensor Value)> Halves((string Name, Tensor Value) part, int dim, PenaltyNorm norm)
    {
        var (approximation, detail, first) = steps.Split(part.Value, dim);
        update = Sum(update, Penalty(approximation.sub(first), norm));
        predict = Sum(predict, Penalty(detail, norm));
        return [($"{part.Name}L", steps.Met(approximation.mul(steps.ApproximationGain))),
            ($"{part.Name}H", steps.Met(detail.mul(steps.DetailGain)))];
    }

    private static Tensor Sum(Tensor? total, Tensor term) => total is null ? term : total.add(term);

    private static Tensor Penalty(Tensor x, PenaltyNorm norm)
    {
        var squares = x.square();
        if (x.numel() == 0)
        {
            return squares.sum();
        }

        if (norm == PenaltyNorm.MeanSquare)
        {
            return squares.mean();
        }

        var sums = squares.flatten(1).sum(1);
        var isZero = sums.eq(0);
        return where(isZero, zeros_like(sums), where(isZero, ones_like(sums), sums).sqrt()).mean();
    }

    private Tensor Maximum(Tensor x, int dim)
    {
        var last = x.size(dim) - 1;
        if (pool.DenseMax == DenseMax.None)
        {
            return x;
        }

        var shifted = FuzzPadding.Gather(x, dim, pool.DenseMax == DenseMax.Back ? -1 : 1, PaddingModes.Replicate);
        var (earlier, later) = pool.DenseMax == DenseMax.Back ? (shifted, x) : (x, shifted);

        // The gradient goes to the first of equals.
        var maximum = where(earlier.ge(later).logical_or(earlier.isnan()), earlier, later);
        return pool.DenseMax == DenseMax.Valid ? maximum.narrow(dim, 0, last) : maximum;
    }

    private Tensor Reduced(List<(string Name, Tensor Value)> bands, Tensor? gain)
    {
        List<Tensor> terms = [];
        foreach (var (name, band) in bands)
        {
            if ((pool.Bands >> NumberInEnum(name) & 1) == 0)
            {
                continue;
            }

            var isMagnitude = pool.Reduction is BandReduction.Magnitude or BandReduction.LearnedMagnitude
                && name.Contains('H', StringComparison.Ordinal);
            var term = isMagnitude ? steps.AwayFromZero(band).abs() : band;
            terms.Add(gain is null ? term : term.mul(gain[terms.Count].reshape([1, -1, .. Enumerable.Repeat(1L, pool.Dimensions)])));
        }

        return steps.Met(pool.Reduction switch
        {
            BandReduction.Concat => cat(terms, 1),
            BandReduction.Mean => terms.Aggregate((sum, term) => sum.add(term)).div(terms.Count),
            _ => terms.Aggregate((sum, term) => sum.add(term)),
        });
    }

    // The enum has a letter for every axis, the last axis first: L for those that are not lifted.
    private int NumberInEnum(string name)
    {
        var (number, next) = (0, 0);
        for (var dim = pool.Dimensions + 1; dim > 1; dim--)
        {
            number = (2 * number) + (dims.Contains(dim) && name[next++] == 'H' ? 1 : 0);
        }

        return number;
    }
}

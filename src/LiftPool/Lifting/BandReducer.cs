namespace LiftPool.Lifting;

/// <summary>Makes a pool's output from bands.</summary>
internal static class BandReducer
{
    /// <summary>
    /// The reduction of those of the bands that are in <paramref name="output"/>: a new tensor, but for a single band that is summed or
    /// concatenated, which is that band itself.
    /// </summary>
    internal static Tensor Reduce(Tensor?[] bands, BandSet output, BandReduction reduction, Tensor? bandWeights)
    {
        var magnitudes = MagnitudesIn(output, reduction);
        var chosen = Enumerable.Range(0, bands.Length).Where(output.Contains);
        Tensor[] parts = [.. chosen.Select(band => magnitudes.Contains(band) ? bands[band]!.abs() : bands[band]!)];
        return reduction switch
        {
            // Of one tensor cat() gives an alias, which would hide that the output is a band.
            BandReduction.Concat => parts.Length == 1 ? parts[0] : cat(parts, 1),
            _ when reduction.IsLearned()
                => Sum([.. parts.Select((band, i) => band.mul(PerChannel(bandWeights!.select(0, i), band.dim())))]),
            BandReduction.Mean => Sum(parts).div(Scalars.Count(parts.Length)),
            _ => Sum(parts),
        };
    }

    /// <summary>Of which of an output's bands the absolute value is taken: of all but the approximation, or of none.</summary>
    internal static BandSet MagnitudesIn(BandSet output, BandReduction reduction)
        => reduction is BandReduction.Magnitude or BandReduction.LearnedMagnitude ? new(output.Mask & ~1) : BandSet.None;

    /// <summary>Whether bands have learned weights.</summary>
    internal static bool IsLearned(this BandReduction reduction)
        => reduction is BandReduction.Learned or BandReduction.LearnedMagnitude;

    private static Tensor Sum(Tensor[] terms) => terms.Aggregate((sum, term) => sum.add(term, Scalars.One));

    /// <summary>A value for each channel, shaped to multiply <c>[N, C, ...]</c>.</summary>
    private static Tensor PerChannel(Tensor values, long rank) => values.view([-1, .. Enumerable.Repeat(1L, (int)rank - 2)]);
}

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
        Tensor[] parts = [.. bands.Where((_, i) => output.Contains(i)).Select(band => band!)];
        return reduction switch
        {
            // Of one tensor cat() gives an alias, which would hide that the output is a band.
            BandReduction.Concat => parts.Length == 1 ? parts[0] : cat(parts, 1),
            BandReduction.Learned => Sum([.. parts.Select((band, i) => band.mul(PerChannel(bandWeights!.select(0, i), band.dim())))]),
            BandReduction.Mean => Sum(parts).div(Scalars.Count(parts.Length)),
            _ => Sum(parts),
        };
    }

    private static Tensor Sum(Tensor[] terms) => terms.Aggregate((sum, term) => sum.add(term, Scalars.One));

    /// <summary>A value for each channel, shaped to multiply <c>[N, C, ...]</c>.</summary>
    private static Tensor PerChannel(Tensor values, long rank) => values.view([-1, .. Enumerable.Repeat(1L, (int)rank - 2)]);
}

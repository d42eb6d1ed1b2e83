namespace LiftPool.Lifting;

/// <summary>Makes a pool's output from bands.</summary>
internal static class BandReducer
{
    /// <summary>The reduction of the chosen ones among the bands; a new tensor, but for a single band that is summed or concatenated: it itself.</summary>
    internal static Tensor Reduce(Tensor?[] bands, int chosen, BandReduction reduction, Tensor? gain)
    {
        Tensor[] used = [.. bands.Where((_, i) => (chosen >> i & 1) != 0).Select(band => band!)];
        return reduction switch
        {
            // Of one tensor cat() gives an alias, which would hide that the output is a band.
            BandReduction.Concat => used.Length == 1 ? used[0] : cat(used, 1),
            BandReduction.Learned => Sum([.. used.Select((band, i) => band.mul(PerChannel(gain!.select(0, i), band.dim())))]),
            BandReduction.Mean => Sum(used).div(Scalars.Count(used.Length)),
            _ => Sum(used),
        };
    }

    private static Tensor Sum(Tensor[] terms) => terms.Aggregate((sum, term) => sum.add(term, Scalars.One));

    /// <summary>A value for each channel, shaped to multiply <c>[N, C, ...]</c>.</summary>
    private static Tensor PerChannel(Tensor values, long rank) => values.view([-1, .. Enumerable.Repeat(1L, (int)rank - 2)]);
}

using LiftPool.Kernels;
using LiftPool.Lifting;

namespace LiftPool.Calls;

/// <summary>
/// Where a signal is cut that would take too much memory to be in work at once: a long row in one dimension, and with circular
/// padding, where the first row or plane needs the last, a large plane in two and a large volume in three.
/// </summary>
internal static class Pieces
{
    /// <summary>Samples of a channel that may be in work at once. Tests make it small.</summary>
    internal static long MostSamples { get; set; } = 1 << 17;

    /// <summary>Elements of all channels and items in the copy that a piece needs of the signal. Tests make it small.</summary>
    internal static long MostElements { get; set; } = 1 << 24;

    /// <summary>How far all steps together reach, in pairs, there and back.</summary>
    internal static int Reach(KernelStep[] steps) => 2 * steps.Sum(step => step.Reach);

    /// <summary>The pairs of a piece along the first axis: all of them if nothing is to be cut.</summary>
    /// <param name="channels">Of the signal.</param>
    /// <param name="pairs">Pairs along each axis, the first first; single samples where it is not lifted.</param>
    /// <param name="axes">Which axes are lifted. Along one that is not, nothing needs its neighbours: it is never cut.</param>
    /// <param name="scheme">The scheme.</param>
    internal static long Length(long channels, ReadOnlySpan<long> pairs, LiftedAxes axes, FusedScheme scheme)
    {
        var samples = 2L;
        for (var i = 1; i < pairs.Length; i++)
        {
            samples *= axes.Lifts(i + 2) ? 2 * pairs[i] : pairs[i];
        }

        var streams = pairs.Length > 1 && (scheme.Padding != PaddingModes.Circular || !axes.Lifts(2));
        if (streams || pairs[0] * samples <= MostSamples)
        {
            return pairs[0];
        }

        // Steps of one tap reach nowhere, and a row may have more samples than a piece.
        return Math.Max(Math.Max(1, 4 * Reach(scheme.Steps)), Math.Min(MostSamples, MostElements / channels) / samples);
    }

    /// <summary>How many items go through at once, so that the copies of their windows stay small.</summary>
    /// <param name="batch">All items.</param>
    /// <param name="ofItem">Elements of one item's window, of all channels.</param>
    internal static long Items(long batch, long ofItem) => Math.Clamp(MostElements / ofItem, 1, batch);

    /// <summary>The pieces, in order.</summary>
    internal static IEnumerable<Stretch> Of(long first, long length, int reach, bool circular)
    {
        for (long from = 0; from < first; from += length)
        {
            var to = Math.Min(from + length, first);
            yield return circular
                ? new(from, to, from - reach, to + reach)
                : new(from, to, Math.Max(0, from - reach), Math.Min(first, to + reach));
        }
    }
}

using LiftPool.Kernels;
namespace LiftPool.Calls;

/// <summary>
/// A part of a signal along its first spatial axis, in half-samples (pairs of samples): what comes of it, and the window of the
/// signal that it is computed from, which reaches as far over both ends as the steps do, there and back.
/// </summary>
internal readonly record struct Piece(long From, long To, long WindowFrom, long WindowTo);

/// <summary>
/// Where a signal is cut that would take too much memory to be in work at once: a long row in one dimension, and with circular
/// padding, where the first row needs the last, a large plane in two.
/// </summary>
internal static class Pieces
{
    /// <summary>Samples of a channel that may be in work at once. Tests make it small.</summary>
    internal static long MostSamples { get; set; } = 1 << 17;

    /// <summary>Elements of all channels and items in the copy that a piece needs of the signal. Tests make it small.</summary>
    internal static long MostElements { get; set; } = 1 << 24;

    /// <summary>How far all steps together reach, in half-samples, there and back.</summary>
    internal static int Reach(KernelStep[] steps) => 2 * steps.Sum(step => step.Taps / 2);

    /// <summary>The half-samples of a piece along the first axis: all of them if nothing is to be cut.</summary>
    /// <param name="axes">1 or 2.</param>
    /// <param name="channels">Of the signal.</param>
    /// <param name="first">Half-samples along the first axis.</param>
    /// <param name="last">Half-samples along the last axis.</param>
    /// <param name="padding">What stands beyond the ends.</param>
    /// <param name="steps">The scheme.</param>
    internal static long Length(int axes, long channels, long first, long last, PaddingModes padding, KernelStep[] steps)
    {
        var samples = axes == 1 ? 2 : 4 * last;
        if (first * samples <= MostSamples || (axes == 2 && padding != PaddingModes.Circular))
        {
            return first;
        }

        // Steps of one tap reach nowhere, and a row may have more samples than a piece.
        return Math.Max(Math.Max(1, 4 * Reach(steps)), Math.Min(MostSamples, MostElements / channels) / samples);
    }

    /// <summary>The pieces, in order.</summary>
    internal static IEnumerable<Piece> Of(long first, long length, int reach, bool circular)
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

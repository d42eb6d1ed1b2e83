namespace LiftPool.Kernels;

/// <summary>
/// Where the pairs of one axis stand in a buffer that holds a window of them: pair i at i modulo the window, and beyond the ends
/// those that the border puts there.
/// </summary>
internal sealed class Ring
{
    private readonly int[] places;
    private readonly int margin;

    /// <param name="pairs">Pairs along the axis.</param>
    /// <param name="window">How many of them are in memory at once.</param>
    /// <param name="margin">How far beyond the ends somebody asks.</param>
    /// <param name="border">What stands there.</param>
    internal Ring(int pairs, int window, int margin, Border border)
    {
        this.margin = margin;
        Window = Math.Min(pairs, window);
        places = new int[pairs + (2 * margin)];
        for (int i = 0, place = 0; i < pairs; i++, place = place + 1 == Window ? 0 : place + 1)
        {
            places[i + margin] = place;
        }

        for (var i = 1; i <= margin; i++)
        {
            places[margin - i] = Beyond(-i);
            places[margin + pairs - 1 + i] = Beyond(pairs - 1 + i);
        }

        // A border never reaches farther than the signal is long, but a piece's window may be short of samples at its ends.
        int Beyond(int position)
        {
            var source = Borders.Source(position, pairs, border);
            return (uint)source < (uint)pairs ? source % Window : -1;
        }
    }

    internal int Window { get; }

    /// <summary>The place of a pair, -1 for zeros.</summary>
    internal int this[int pair] => places[pair + margin];
}

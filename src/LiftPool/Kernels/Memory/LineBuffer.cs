namespace LiftPool.Kernels;

/// <summary>
/// The samples of a plane while they are lifted: lines of half a row, a vector for each sample, with a margin on both sides for the
/// taps that reach over the ends. The field calls this line-based lifting.
/// </summary>
/// <remarks>
/// A row pair (in 3-D one of each plane of a pair of planes) is kept as a line for each band that becomes of it, by the band's
/// number. A line that is changed while its older values are still needed gets a second place: a slot. Row pairs live in a ring,
/// a window that stays in the cache; in 3-D whole planes do.
/// </remarks>
/// <param name="columns">Vectors in a line.</param>
/// <param name="margin">Vectors before and after them: zeros, unless a border's samples are put there.</param>
/// <param name="isPadded">Whether they are put there: else one line's margin is the next one's too.</param>
internal sealed unsafe class LineBuffer<V>(int columns, int margin, bool isPadded)
    where V : unmanaged
{
    private readonly int stride = columns + (isPadded ? 2 * margin : margin);
    private Ring rows = null!;
    private Ring planes = null!;
    private nint pairStride;
    private nint planeStride;
    private V* first;

    /// <summary>Lines of a row pair. More are added until the memory is taken.</summary>
    internal int Slots { get; set; }

    /// <summary>A line of zeros.</summary>
    internal V* Zeros { get; private set; }

    internal void TakeMemory(Arena arena, Ring rows, Ring planes)
    {
        (this.rows, this.planes) = (rows, planes);
        pairStride = (nint)Slots * stride;
        planeStride = rows.Window * pairStride;
        var lines = (long)planes.Window * rows.Window * Slots;
        Zeros = arena.TakeZeros<V>(columns + (2 * margin)) + margin;
        first = arena.Take<V>((lines * stride) + margin);
        first += margin;
        if (arena.IsMeasuring || margin == 0)
        {
            return;
        }

        // The rest of the memory holds anything until a line is written.
        new Span<V>(first - margin, margin).Clear();
        for (nint line = 0; line < lines; line++)
        {
            new Span<V>(first + (line * stride) + columns, stride - columns).Clear();
        }
    }

    /// <summary>From the line of one slot to that of the next.</summary>
    internal nint Stride => stride;

    /// <summary>The first vector of a line.</summary>
    internal V* Line(int slot, int plane, int row) => Pair(plane, row) + (slot * (nint)stride);

    /// <summary>
    /// The first vector of a row pair, which is that of its slot 0; of one beyond the ends that the border has, null for zeros.
    /// </summary>
    internal V* Pair(int plane, int row)
    {
        var (atPlane, atRow) = (planes[plane], rows[row]);
        return (atPlane | atRow) < 0 ? null : first + (atPlane * planeStride) + (atRow * pairStride);
    }

    /// <summary>Puts the samples that stand beyond its ends into the margin of a line.</summary>
    internal void Pad(V* line, int reach, Border border)
    {
        for (var i = 1; i <= reach; i++)
        {
            line[-i] = line[Borders.Source(-i, columns, border)];
            line[columns - 1 + i] = line[Borders.Source(columns - 1 + i, columns, border)];
        }
    }
}

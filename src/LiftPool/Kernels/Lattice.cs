using System.Numerics;

namespace LiftPool.Kernels;

/// <summary>
/// Where the samples lie while they are lifted in place. A unit is a pair of rows (in 1-D one row), and each of its
/// rows is split into its odd and its even half, with a margin on both sides for the taps that reach over the ends.
/// When all steps are taken, what began as the odd half holds the detail and the even half the approximation.
/// </summary>
/// <remarks>
/// Units live in a ring: a plane goes through a window that stays in the cache, unless circular padding needs it whole.
/// Everything that is High (odd) has index 1, everything Low (even) 0, so that the rows of a unit are the bands
/// LL, LH, HL, HH by number.
/// </remarks>
internal readonly unsafe struct Lattice<V>(V* memory, int units, int rowsInUnit, int columns, int margin)
    where V : unmanaged
{
    // The number of units is a power of two, so that a ring's index is a mask.
    private readonly int lastUnit = RingUnits(units) - 1;
    private readonly nint unitStride = (nint)2 * rowsInUnit * (columns + (2 * margin));
    private readonly V* first = memory + margin;

    /// <summary>From a half row, with its margins, to that of the unit's next row.</summary>
    internal int RowStride => columns + (2 * margin);

    /// <summary>From a half row to that of the other half.</summary>
    internal int ColumnStride => rowsInUnit * RowStride;

    /// <summary>The memory for at least so many units and one of zeros, which the steps along a single row do not need.</summary>
    internal static long Size(int units, int rowsInUnit, int columns, int margin)
        => 2L * (RingUnits(units) + (rowsInUnit > 1 ? 1 : 0)) * rowsInUnit * (columns + (2 * margin));

    /// <summary>The half row: <paramref name="column"/> and <paramref name="row"/> 1 for the odd samples of that axis.</summary>
    internal V* Row(int unit, int column, int row)
        => first + ((unit & lastUnit) * unitStride) + (column * ColumnStride) + (row * RowStride);

    /// <summary>A unit of zeros.</summary>
    internal V* Zeros => first + ((lastUnit + 1) * unitStride);

    /// <summary>The next power of two.</summary>
    internal static int RingUnits(int units) => (int)BitOperations.RoundUpToPowerOf2((uint)units);

    internal void Clear() => new Span<V>(memory, checked((int)Size(lastUnit + 1, rowsInUnit, columns, margin))).Clear();

    /// <summary>Fills the margins of a half row by the rule of the padding.</summary>
    internal void Pad(V* row, PaddingModes mode)
    {
        if (mode == PaddingModes.Zeros)
        {
            // As they were from the start: nothing else is ever written there.
            return;
        }

        for (var i = 1; i <= margin; i++)
        {
            var left = Padding.Source(-i, columns, mode);
            var right = Padding.Source(columns - 1 + i, columns, mode);
            row[-i] = left < 0 ? default : row[left];
            row[columns - 1 + i] = right < 0 ? default : row[right];
        }
    }
}

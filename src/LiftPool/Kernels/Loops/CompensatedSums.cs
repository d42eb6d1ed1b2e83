using System.Runtime.CompilerServices;

namespace LiftPool.Kernels;

/// <summary>
/// Sums of many terms that keep float32's digits however many there are. A loop adds to <see cref="Current"/>, best the sums of
/// short blocks; after some dozens of them <see cref="Fold(int, int)"/> moves it into a total whose rounding error is carried along.
/// </summary>
/// <remarks>Source: W. Kahan, "Further Remarks on Reducing Truncation Errors", Communications of the ACM 8, 1965.</remarks>
internal readonly unsafe struct CompensatedSums<V, T>(V* memory, int count)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    /// <summary>The sums that the loops add to.</summary>
    internal V* Current => memory;

    /// <summary>The sums of all that was folded.</summary>
    internal V* Totals => memory + count;

    private V* Errors => memory + (2 * count);

    /// <summary>The memory for so many sums.</summary>
    internal static long Size(int count) => 3L * count;

    internal void Clear() => new Span<V>(memory, (int)Size(count)).Clear();

    /// <summary>Moves so many current sums, from the first on, into their totals.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Fold(int first, int sums)
    {
        for (var i = first; i < first + sums; i++)
        {
            var term = Current[i] - Errors[i];
            var total = Totals[i] + term;
            var error = total - Totals[i] - term;

            // Of an infinite total the error is NaN or infinite, which must not reach the next.
            var infinity = Activation.Create<V, T>(double.PositiveInfinity);
            error = V.WhereLess(error, infinity, error, default);
            Errors[i] = V.WhereLess(default(V) - error, infinity, error, default);
            Totals[i] = total;
            Current[i] = default;
        }
    }

    internal void Fold() => Fold(0, count);
}

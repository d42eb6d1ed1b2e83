using System.Runtime.CompilerServices;

namespace LiftPool.Kernels;

/// <summary>
/// Carries gradients from an operator's sums to its sources: <c>to[j] += sum_k taps[k] g_k[j]</c>, or <c>-=</c>. A row of the table has the
/// addresses of a line: to, and a gradient for each tap.
/// </summary>
internal readonly unsafe struct SpreadLoop<V, T>(V** table, int lines, int columns, PackedWeights<V> weights, bool subtract) : ITapLoop
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    /// <summary>Addresses before those of the gradients.</summary>
    internal const int Fixed = 1;

    private readonly V** table = table;
    private readonly int lines = lines;
    private readonly int columns = columns;
    private readonly PackedWeights<V> weights = weights;
    private readonly bool subtract = subtract;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<K>()
        where K : struct, ITapCount
    {
        var filter = new Filter<K, V, T>(weights);
        var row = table;
        var (stride, isSubtracted) = (Fixed + weights.Count, subtract);
        nint end = columns;
        for (var line = lines; line > 0; line--, row += stride)
        {
            var to = row[0];
            var sources = new Sources<K, V>(row + Fixed);
            for (nint j = 0; j < end; j++)
            {
                to[j] = isSubtracted ? to[j] - filter.Sum(default, sources, j) : filter.Sum(to[j], sources, j);
            }
        }
    }
}

using System.Runtime.CompilerServices;

namespace LiftPool.Kernels;

/// <summary>An operator's taps, held in registers. Tap k of the sample at j reads <c>sources[k][j]</c>.</summary>
internal readonly unsafe struct Filter<K, V, T>
    where K : struct, ITapCount
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly V tap0, tap1, tap2, tap3, tap4;
    private readonly V* taps;
    private readonly int count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Filter(PackedWeights<V> weights)
    {
        taps = weights.Taps;
        count = weights.Count;
        tap0 = taps[0];
        if (K.Count >= 3)
        {
            tap1 = taps[1];
            tap2 = taps[2];
        }

        if (K.Count >= 5)
        {
            tap3 = taps[3];
            tap4 = taps[4];
        }
    }

    /// <summary><c>start + sum_k taps[k] sources[k][j]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal V Sum(V start, Sources<K, V> sources, nint j)
    {
        var sum = V.MultiplyAdd(tap0, sources.Of0[j], start);
        if (K.Count >= 3)
        {
            sum = V.MultiplyAdd(tap1, sources.Of1[j], sum);
            sum = V.MultiplyAdd(tap2, sources.Of2[j], sum);
        }

        if (K.Count >= 5)
        {
            sum = V.MultiplyAdd(tap3, sources.Of3[j], sum);
            sum = V.MultiplyAdd(tap4, sources.Of4[j], sum);
        }

        for (var k = K.Count; K.AndMore && k < count; k++)
        {
            sum = V.MultiplyAdd(taps[k], sources.All[k][j], sum);
        }

        return sum;
    }

    /// <summary>
    /// <c>sum_k taps[k] sources[k][j]</c>, each product and each sum rounded: what is rounded to an integer has to be the same to
    /// the last bit as on tensor operations, which sum so too.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal V SumInOrder(Sources<K, V> sources, nint j)
    {
        var sum = tap0 * sources.Of0[j];
        if (K.Count >= 3)
        {
            sum += tap1 * sources.Of1[j];
            sum += tap2 * sources.Of2[j];
        }

        if (K.Count >= 5)
        {
            sum += tap3 * sources.Of3[j];
            sum += tap4 * sources.Of4[j];
        }

        for (var k = K.Count; K.AndMore && k < count; k++)
        {
            sum += taps[k] * sources.All[k][j];
        }

        return sum;
    }
}

/// <summary>Where the taps read.</summary>
internal readonly unsafe struct Sources<K, V>
    where K : struct, ITapCount
    where V : unmanaged
{
    internal readonly V* Of0, Of1, Of2, Of3, Of4;
    internal readonly V** All;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Sources(V** sources)
    {
        All = sources;
        Of0 = sources[0];
        if (K.Count >= 3)
        {
            Of1 = sources[1];
            Of2 = sources[2];
        }

        if (K.Count >= 5)
        {
            Of3 = sources[3];
            Of4 = sources[4];
        }
    }
}

using System.Runtime.CompilerServices;

namespace LiftPool.Kernels;

/// <summary>
/// Where the rows of a tile lie in memory: even ones from <paramref name="first"/> on and odd ones from
/// <paramref name="second"/> on, each <paramref name="step"/> elements after the one before. So a transpose can split or
/// merge samples on its way.
/// </summary>
internal readonly unsafe struct TileRows<T>(T* first, T* second, nint step)
    where T : unmanaged
{
    /// <summary>Rows one after the other.</summary>
    internal TileRows(T* first, nint stride)
        : this(first, first + stride, 2 * stride)
    {
    }

    internal T* this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ((row & 1) == 0 ? first : second) + ((row >> 1) * step);
    }
}

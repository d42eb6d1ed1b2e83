using System.Buffers;
using System.Runtime.InteropServices;

namespace LiftPool.Kernels;

/// <summary>
/// The memory of one worker, given out piece by piece and freed at once. The same code runs twice over it: on a measuring arena, to
/// learn how much it takes, and on one of that size.
/// </summary>
/// <remarks>
/// The usual sizes come from the shared pool, whose pages are there already; what is large goes back to the system at once and is not
/// kept by the pool.
/// </remarks>
internal sealed unsafe class Arena : IDisposable
{
    // Each piece begins where no vector of it straddles a cache line.
    private const int Alignment = 64;
    private const long MostPooled = 32 << 20;

    private readonly byte[]? pooled;
    private readonly GCHandle pin;
    private readonly void* own;
    private readonly byte* first;
    private readonly long size;
    private long taken;

    private Arena(long size)
    {
        this.size = size;
        if (size + Alignment > MostPooled)
        {
            own = NativeMemory.AlignedAlloc((nuint)size, Alignment);
            first = (byte*)own;
            return;
        }

        pooled = ArrayPool<byte>.Shared.Rent((int)size + Alignment);
        pin = GCHandle.Alloc(pooled, GCHandleType.Pinned);
        first = (byte*)((pin.AddrOfPinnedObject() + Alignment - 1) / Alignment * Alignment);
    }

    private Arena() => IsMeasuring = true;

    /// <summary>Whether it only counts: what it gives out is null.</summary>
    internal bool IsMeasuring { get; }

    /// <summary>The bytes that were given out.</summary>
    internal long Taken => taken;

    internal static Arena Measuring() => new();

    internal static Arena OfSize(long bytes) => new(bytes);

    /// <summary>So many elements, which hold anything.</summary>
    internal E* Take<E>(long count)
        where E : unmanaged
    {
        var piece = first + taken;
        taken += ((count * sizeof(E)) + Alignment - 1) / Alignment * Alignment;
        if (IsMeasuring)
        {
            return null;
        }

        return taken <= size ? (E*)piece : throw new InvalidOperationException("A worker takes no more memory than it measured.");
    }

    /// <summary>So many zeros.</summary>
    internal E* TakeZeros<E>(long count)
        where E : unmanaged
    {
        var piece = Take<E>(count);
        if (piece != null)
        {
            NativeMemory.Clear(piece, (nuint)(count * sizeof(E)));
        }

        return piece;
    }

    public void Dispose()
    {
        if (pooled is not null)
        {
            pin.Free();
            ArrayPool<byte>.Shared.Return(pooled);
        }

        // Of nothing, nothing.
        NativeMemory.AlignedFree(own);
    }
}

using System.Buffers;
using System.Runtime.InteropServices;

namespace LiftPool.Kernels;

/// <summary>
/// Memory for one call. The usual sizes come from the shared pool, whose pages are there already; what is large goes back to the
/// system at once and is not kept by the pool.
/// </summary>
internal sealed unsafe class WorkMemory : IDisposable
{
    private const long MostPooled = 32 << 20;

    private readonly byte[]? pooled;
    private readonly GCHandle pin;
    private readonly void* own;

    internal WorkMemory(long bytes, int alignment)
    {
        if (bytes + alignment > MostPooled)
        {
            own = NativeMemory.AlignedAlloc((nuint)bytes, (nuint)alignment);
            First = own;
            return;
        }

        pooled = ArrayPool<byte>.Shared.Rent((int)bytes + alignment);
        pin = GCHandle.Alloc(pooled, GCHandleType.Pinned);
        First = (void*)((pin.AddrOfPinnedObject() + alignment - 1) / alignment * alignment);
    }

    /// <summary>The first byte, at a multiple of the alignment.</summary>
    internal void* First { get; }

    public void Dispose()
    {
        if (pooled is null)
        {
            NativeMemory.AlignedFree(own);
            return;
        }

        pin.Free();
        ArrayPool<byte>.Shared.Return(pooled);
    }
}

using System.Buffers;
using System.Runtime.InteropServices;

namespace LiftPool.Kernels;

/// <summary>
/// The memory of one worker, given out piece by piece and freed at once. The same code can run over a measuring arena, to learn how
/// much it would take.
/// </summary>
/// <remarks>
/// The usual sizes come from the shared pool, whose pages are there already; what is large goes back to the system at once and is not
/// kept by the pool.
/// </remarks>
internal sealed unsafe class Arena : IDisposable
{
    // Each piece begins where no vector of it straddles a cache line.
    private const int Alignment = 64;
    private const long SmallestBlock = 128 << 10;
    private const long MostPooled = 32 << 20;

    private readonly bool isMeasuring;
    private readonly List<Block> blocks = [];
    private byte* next;
    private byte* end;

    internal Arena()
    {
    }

    private Arena(bool isMeasuring) => this.isMeasuring = isMeasuring;

    /// <summary>Whether it only counts: what it gives out is null.</summary>
    internal bool IsMeasuring => isMeasuring;

    /// <summary>The bytes that were given out.</summary>
    internal long Taken { get; private set; }

    internal static Arena Measuring() => new(isMeasuring: true);

    /// <summary>So many elements, which hold anything.</summary>
    internal E* Take<E>(long count)
        where E : unmanaged
    {
        var bytes = ((count * sizeof(E)) + Alignment - 1) / Alignment * Alignment;
        Taken += bytes;
        if (isMeasuring)
        {
            return null;
        }

        if (bytes > end - next)
        {
            var block = new Block(Math.Max(bytes, SmallestBlock));
            blocks.Add(block);
            next = block.First;
            end = next + Math.Max(bytes, SmallestBlock);
        }

        var piece = (E*)next;
        next += bytes;
        return piece;
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

    public void Dispose() => blocks.ForEach(block => block.Free());

    private sealed class Block
    {
        private readonly byte[]? pooled;
        private readonly GCHandle pin;

        internal Block(long size)
        {
            if (size + Alignment > MostPooled)
            {
                First = (byte*)NativeMemory.AlignedAlloc((nuint)size, Alignment);
                return;
            }

            pooled = ArrayPool<byte>.Shared.Rent((int)size + Alignment);
            pin = GCHandle.Alloc(pooled, GCHandleType.Pinned);
            First = (byte*)((pin.AddrOfPinnedObject() + Alignment - 1) / Alignment * Alignment);
        }

        internal byte* First { get; }

        internal void Free()
        {
            if (pooled is null)
            {
                NativeMemory.AlignedFree(First);
                return;
            }

            pin.Free();
            ArrayPool<byte>.Shared.Return(pooled);
        }
    }
}

using System.Runtime.InteropServices;

namespace LiftPool.Tests;

/// <summary>What is asked of the C library.</summary>
internal static class Glibc
{
    /// <summary>
    /// Native bytes in use in this process, by the allocator's own count: LibTorch keeps none for the CPU, and its tensors
    /// come from <c>malloc</c> as everything else native does. null without <c>mallinfo2</c> (glibc before 2.33, musl, other systems).
    /// </summary>
    public static long? BytesInUse()
    {
        try
        {
            var info = mallinfo2();
            return OperatingSystem.IsLinux() ? (long)(info.uordblks + info.hblkhd) : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [DllImport("libc.so.6")]
    private static extern MallInfo mallinfo2();

    /// <summary>As malloc.h has it, size_t by size_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct MallInfo
    {
        public readonly nuint arena, ordblks, smblks, hblks;

        /// <summary>Bytes in blocks that were mapped for themselves.</summary>
        public readonly nuint hblkhd;

        public readonly nuint usmblks, fsmblks;

        /// <summary>Bytes in use in the arenas.</summary>
        public readonly nuint uordblks;

        public readonly nuint fordblks, keepcost;
    }
}

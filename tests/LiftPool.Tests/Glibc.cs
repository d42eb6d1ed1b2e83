using System.Runtime.InteropServices;

namespace LiftPool.Tests;

/// <summary>What glibc says of the memory that LibTorch has from it. TorchSharp counts tensors, and not those that autograd saves.</summary>
internal static class Glibc
{
    /// <summary>Whether the C library is one that can tell: glibc since 2.33.</summary>
    internal static bool CountsMemory { get; } = OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libc.so.6", out var library)
        && NativeLibrary.TryGetExport(library, "mallinfo2", out _);

    /// <summary>Bytes handed out and not given back, in small blocks and in mapped ones.</summary>
    internal static long BytesInUse
    {
        get
        {
            var info = Mallinfo2();
            return (long)(info.InSmallBlocks + info.InMappedBlocks);
        }
    }

    [DllImport("libc.so.6", EntryPoint = "mallinfo2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern Info Mallinfo2();

    // struct mallinfo2 of malloc.h, whose fields these are: arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, ...
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Info
    {
        private readonly nuint arena;
        private readonly nuint freeChunks;
        private readonly nuint freeFastBins;
        private readonly nuint mappedBlocks;
        internal readonly nuint InMappedBlocks;
        private readonly nuint unused;
        private readonly nuint freeInFastBins;
        internal readonly nuint InSmallBlocks;
        private readonly nuint free;
        private readonly nuint releasable;
    }
}

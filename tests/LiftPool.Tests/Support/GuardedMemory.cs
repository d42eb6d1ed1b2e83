using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>
/// Memory between two pages that may not be touched: whoever reads or writes one byte past the guarded end is ended by the system.
/// Linux only.
/// </summary>
/// <remarks>
/// The environment variable LIFTPOOL_TEST_GUARD, <c>end</c> or <c>start</c>, has every tensor that a kernel is given lie in such memory,
/// in the whole test run: the last byte before a page, or the first byte after one.
/// </remarks>
internal static unsafe partial class GuardedMemory
{
    internal const string Variable = "LIFTPOOL_TEST_GUARD";

    private const int ReadAndWrite = 3;
    private const int PrivateAnonymous = 0x22;
    private static long copies;

    /// <summary>What may be asked for: which end of a tensor a page lies against.</summary>
    internal static string[] Sides { get; } = ["end", "start"];

    /// <summary>Tensors that lay between guards so far.</summary>
    internal static long Copies => Interlocked.Read(ref copies);

    [ModuleInitializer]
    internal static void Set()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } side)
        {
            Guard(side);
        }
    }

    /// <summary>From now on a kernel's tensors lie there; null for where LibTorch has them.</summary>
    internal static void Guard(string? side) => Addresses.Elsewhere = side switch
    {
        null => null,
        "end" => tensor => Copy(tensor, againstEnd: true),
        "start" => tensor => Copy(tensor, againstEnd: false),
        _ => throw new ArgumentException($"expected {string.Join(" or ", Sides)}, got {side}", nameof(side)),
    };

    private static (nint Address, Action Back) Copy(Tensor tensor, bool againstEnd)
    {
        var bytes = checked((int)(tensor.numel() * tensor.element_size()));
        var page = Environment.SystemPageSize;
        var inside = (bytes + page - 1) / page * page;
        var all = mmap(0, (nuint)(inside + (2 * page)), 0, PrivateAnonymous, -1, 0);
        var first = all + page;
        if (all == -1 || mprotect(first, (nuint)inside, ReadAndWrite) != 0)
        {
            throw new InvalidOperationException($"No guarded memory of {bytes} bytes: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        Interlocked.Increment(ref copies);
        var address = againstEnd ? first + inside - bytes : first;
        tensor.bytes.CopyTo(new Span<byte>((void*)address, bytes));
        return (address, Back);

        // What was only read is as it was.
        void Back()
        {
            new ReadOnlySpan<byte>((void*)address, bytes).CopyTo(tensor.bytes);
            GC.KeepAlive(tensor);
            _ = munmap(all, (nuint)(inside + (2 * page)));
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mprotect(nint address, nuint length, int protection);

    [LibraryImport("libc")]
    private static partial int munmap(nint address, nuint length);
}

using System.Runtime.InteropServices;

namespace Quickstart;

/// <summary>
/// Two settings of the whole process that make training on Linux faster, several times in bad cases. A program may
/// choose them; a library should not. Elsewhere they do nothing. The first call of TorchSharp reads them.
/// </summary>
internal static class NativeSettings
{
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;

    public static void Apply()
    {
        KeepFreedMemory();

        // OpenMP's threads wait for each other in a busy loop, a disaster as soon as any other program wants a
        // processor. Let them sleep, unless the environment says something else. (.NET's own SetEnvironmentVariable
        // is not seen by native libraries.)
        OnGlibc(() => _ = setenv("OMP_WAIT_POLICY", "passive", overwrite: 0));
    }

    /// <summary>The first of the two alone.</summary>
    /// <remarks>
    /// glibc gives the memory of freed tensors back to the system, which hands it out anew, page by page, at the next
    /// step. Keep it. (The environment has MALLOC_TRIM_THRESHOLD_, MALLOC_TOP_PAD_, MALLOC_MMAP_THRESHOLD_.)
    /// </remarks>
    public static void KeepFreedMemory() => OnGlibc(() =>
    {
        _ = mallopt(TrimThreshold, int.MaxValue);
        _ = mallopt(TopPad, 256 << 20);
        _ = mallopt(MmapThreshold, 32 << 20);
    });

    private static void OnGlibc(Action set)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            set();
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // Not glibc: musl has neither this library's name nor mallopt.
        }
    }

    [DllImport("libc.so.6")]
    private static extern int mallopt(int parameter, int value);

    [DllImport("libc.so.6", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int setenv(string name, string value, int overwrite);
}

using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace LiftPool.Kernels;

/// <summary>
/// Runs work on several threads at once: on those of LibTorch's own OpenMP runtime where it can be reached, else on the
/// thread pool's.
/// </summary>
/// <remarks>
/// OpenMP's threads spin for a while after each of LibTorch's operators. In a network, threads of our own would have to
/// share the cores with them; and a team that spins starts sooner than one that sleeps. The entry point is what GCC compiles <c>#pragma omp parallel</c> to: <c>GOMP_parallel</c> in libgomp, and in LLVM's libomp too.
/// Windows' runtime lacks it.
/// </remarks>
internal static unsafe class ThreadTeam
{
    private static readonly delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> Parallel = FindParallel();

    /// <summary>Calls <paramref name="work"/> on up to so many threads at once, and returns when all are done.</summary>
    internal static void Run(int threads, Action work)
    {
        if (threads <= 1)
        {
            work();
        }
        else if (Parallel == null)
        {
            System.Threading.Tasks.Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => work());
        }
        else
        {
            var call = new Call(work);
            var handle = GCHandle.Alloc(call);
            try
            {
                Parallel(&Enter, GCHandle.ToIntPtr(handle), (uint)threads, 0);
            }
            finally
            {
                handle.Free();
            }

            call.Error?.Throw();
        }
    }

    [UnmanagedCallersOnly]
    private static void Enter(nint handle)
    {
        var call = (Call)GCHandle.FromIntPtr(handle).Target!;
        try
        {
            call.Work();
        }
        catch (Exception error)
        {
            // It must not unwind OpenMP's frames.
            call.Error = ExceptionDispatchInfo.Capture(error);
        }
    }

    // Asked of TorchSharp's native library, the name is found in the runtime that its LibTorch is linked to, and in no other.
    private static delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> FindParallel()
        => NativeLibrary.TryLoad("LibTorchSharp", typeof(torch).Assembly, null, out var library)
            && NativeLibrary.TryGetExport(library, "GOMP_parallel", out var address)
                ? (delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void>)address
                : null;

    private sealed class Call(Action work)
    {
        internal Action Work => work;

        internal ExceptionDispatchInfo? Error { get; set; }
    }
}

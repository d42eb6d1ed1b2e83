using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace LiftPool.Kernels;

/// <summary>
/// Runs work on several threads at once: on those of LibTorch's own OpenMP runtime where it can be reached, else on the
/// thread pool's.
/// </summary>
/// <remarks>
/// OpenMP's threads spin for a while after each of LibTorch's operators. In a network, threads of our own would have to
/// share the cores with them; and a team that spins starts sooner than one that sleeps. The entry point is what GCC compiles
/// <c>#pragma omp parallel</c> to: <c>GOMP_parallel</c> in libgomp, and in LLVM's libomp too. Windows' runtime lacks it.
/// </remarks>
internal static unsafe class ThreadTeam
{
    private static delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> parallel;

    /// <summary>Sets the entry point of the OpenMP runtime to use; 0 for the thread pool.</summary>
    internal static void UseParallel(nint entryPoint)
        => parallel = (delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void>)entryPoint;

    /// <summary>Calls <paramref name="work"/> on up to so many threads at once, and returns when all are done.</summary>
    internal static void Run(int threads, Action work)
    {
        if (threads <= 1)
        {
            work();
        }
        else if (parallel == null)
        {
            System.Threading.Tasks.Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => work());
        }
        else
        {
            var call = new Call(work);
            var handle = GCHandle.Alloc(call);
            try
            {
                parallel(&Enter, GCHandle.ToIntPtr(handle), (uint)threads, 0);
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

    private sealed class Call(Action work)
    {
        internal Action Work => work;

        internal ExceptionDispatchInfo? Error { get; set; }
    }
}

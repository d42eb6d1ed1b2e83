using System.Runtime.ExceptionServices;

namespace LiftPool.Tests;

/// <summary>
/// How many tensors are alive, by TorchSharp's two counts. Both drift by one for each Parameter that is made, so that only
/// differences over code that makes none say something.
/// </summary>
internal static class LiveTensors
{
    /// <summary>
    /// Runs a test on a thread of its own and gives it that thread's count: tensors made on it and not disposed on it. It is
    /// exact at once, but what the finalizer ends still counts.
    /// </summary>
    /// <remarks>
    /// Another test's thread may hold tensors that only its next call lets go, as the gradients of a backward outside every dispose
    /// scope: a test that ran there would count their end as its own.
    /// </remarks>
    internal static void CountedOnAThreadOfItsOwn(Action<Func<long>> test)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                test(OnThisThread);
            }
            catch (Exception error)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        static long OnThisThread() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
    }

    /// <summary>
    /// Alive in the whole process, after all garbage is collected. A thread that ends elsewhere makes garbage of what it held, so
    /// that this may fall by itself, but not rise.
    /// </summary>
    internal static long InProcess
    {
        get
        {
            CollectGarbage();
            return Tensor.TotalCount;
        }
    }

    internal static void CollectGarbage()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}

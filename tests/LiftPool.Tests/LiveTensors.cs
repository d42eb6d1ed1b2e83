namespace LiftPool.Tests;

/// <summary>
/// How many tensors are alive, by TorchSharp's two counts. Both drift by one for each Parameter that is made, so that only
/// differences over code that makes none say something.
/// </summary>
internal static class LiveTensors
{
    /// <summary>Made on this thread and not disposed on it: exact at once, but what the finalizer ends still counts.</summary>
    internal static long OnThisThread => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    /// <summary>Alive in the whole process, after all garbage is collected.</summary>
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

using System.Diagnostics;

namespace LiftPool.Calls;

/// <summary>Why a backward failed: LibTorch lets no exception of ours through. Users read it from <see cref="BackwardFault"/>.</summary>
internal static class ThreadFault
{
    [ThreadStatic]
    private static Exception? ofThread;

    private static Exception? newest;

    /// <summary>The last on this thread since its last recorded forward.</summary>
    internal static Exception? OfThread => ofThread;

    /// <summary>The last on any thread.</summary>
    internal static Exception? Newest => Volatile.Read(ref newest);

    /// <summary>What failed before on this thread is history: it runs another forward.</summary>
    internal static void Forget() => ofThread = null;

    internal static void Record(Exception cause)
    {
        ofThread = cause;
        Volatile.Write(ref newest, cause);

        // LibTorch's messages go on with its stack.
        var words = cause.Message.Split('\n', 2)[0].TrimEnd();
        const string Where = $"{nameof(BackwardFault)}.{nameof(BackwardFault.Last)}";
        Trace.TraceError($"LiftPool: backward failed ({Where}): {cause.GetType().Name}: {words}");
    }
}

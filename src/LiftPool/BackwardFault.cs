using System.Diagnostics;
using LiftPool.Calls;

namespace LiftPool;

/// <summary>
/// Why a <c>backward()</c> through a layer of LiftPool failed. LibTorch lets no other words through than its own, "Function
/// CSharpNode returned an invalid gradient at index 0 - got []"; the cause stands here, and as an error in
/// <see cref="Trace"/>.
/// </summary>
/// <example>
/// <code>
/// try
/// {
///     loss.backward();
/// }
/// catch (ExternalException error) when (error.Message.Contains("CSharpNode") &amp;&amp; BackwardFault.Last is { } cause)
/// {
///     throw new InvalidOperationException("Training failed.", cause);
/// }
/// </code>
/// </example>
public static class BackwardFault
{
    /// <summary>
    /// The last cause; null if nothing failed yet. It is that of the last fault on this thread, unless the thread has trained on
    /// since: then, and on a thread that had none, the last of any thread's. So it can be read by the one that called
    /// <c>backward()</c>, while others do the same, and where LibTorch ran it on a thread of its own, as it does for a GPU.
    /// An old cause stays: ask for it only after an exception with the words above.
    /// </summary>
    /// <remarks>
    /// A tensor that was changed in place between forward and backward (an optimizer's step, <c>load_state_dict</c>, <c>clamp_</c>)
    /// gives LibTorch's own exception, as <c>Conv2d</c> throws it; an operator of one's own, what it threw.
    /// </remarks>
    public static Exception? Last => ThreadFault.OfThread ?? ThreadFault.Newest;
}

using System.Runtime.InteropServices;

namespace LiftPool.Tests;

/// <summary>An exception in a few words that are the same on every machine: messages of LibTorch's go on with its stack.</summary>
internal static class FaultWords
{
    private const string FailedBackward = "invalid gradient";

    private static readonly (string Part, string Words)[] Known =
    [
        ("modified by an inplace operation", "changed in place"),
        ("backward through the graph a second time", "second backward"),
        ("can't allocate memory", "no memory"),
        ("bad_alloc", "no memory"),
        ("parameters are others", "other parameters"),
        (FaultyOperator.Words, "the operator's words"),
        ("expected the predict operator", "names the operator"),
    ];

    /// <summary>The type, and what it says if that is known; of LiftPool's own backward, what <see cref="BackwardFault"/> says.</summary>
    internal static string Of(Exception error)
    {
        if (error is ExternalException && error.Message.Contains(FailedBackward, StringComparison.Ordinal))
        {
            return $"{nameof(ExternalException)}; `BackwardFault`: {Of(BackwardFault.Last!)}";
        }

        var words = Known.FirstOrDefault(one => error.Message.Contains(one.Part, StringComparison.Ordinal)).Words;
        return words is null ? error.GetType().Name : $"{error.GetType().Name}, {words}";
    }
}

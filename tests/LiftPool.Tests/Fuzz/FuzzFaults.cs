namespace LiftPool.Tests;

/// <summary>Calls with a bad argument: refused, and nothing computed before.</summary>
internal static class FuzzFaults
{
    private static readonly FuzzFault[] All = [.. FuzzConstructionFaults.All, .. FuzzInputFaults.All, .. FuzzBandFaults.All];

    internal static string NameOf(FuzzCase one) => Of(one).Name;

    internal static void Run(FuzzSubject subject)
    {
        using var scope = NewDisposeScope();
        var fault = Of(subject.Case);
        try
        {
            if (fault.Call(subject) is { } call)
            {
                Refused(call, fault.MayCompute);
            }
        }
        catch (FuzzFailure error)
        {
            throw new FuzzFailure($"{fault.Name}: {error.Message}", error);
        }
    }

    /// <summary>Asserts that a call is refused with the right kind of exception.</summary>
    /// <param name="call">The call; what it needs is made before.</param>
    /// <param name="mayCompute">Whether tensors may be made: where a function of the caller's has to run first.</param>
    internal static void Refused(Action call, bool mayCompute = false)
    {
        var made = BadCall.Made;
        try
        {
            call();
        }
        catch (Exception error) when (error is ArgumentException or ObjectDisposedException)
        {
            if (!mayCompute && BadCall.Made != made)
            {
                throw new FuzzFailure($"{BadCall.Made - made} tensors were made before it was refused: {error.Message}");
            }

            return;
        }
        catch (Exception error)
        {
            throw new FuzzFailure($"{error.GetType().Name} instead of an ArgumentException: {error.Message}", error);
        }

        throw new FuzzFailure("was not refused");
    }

    private static FuzzFault Of(FuzzCase one) => All[one.Choice % All.Length];
}

/// <summary>A bad call.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Call">The call, made of a good subject; null where the fault is none.</param>
/// <param name="MayCompute">Whether a function of the caller's has to run before the fault shows.</param>
internal sealed record FuzzFault(string Name, Func<FuzzSubject, Action?> Call, bool MayCompute = false);

namespace LiftPool.Tests;

/// <summary>One generated call, whatever it is.</summary>
internal static class FuzzCalls
{
    // One call in so many is made twice, to count what the second leaves alive.
    private const int Twice = 5;

    /// <summary>Makes the call and checks its answer.</summary>
    /// <returns>Whether the right answer was a refusal, and how many gradients were compared and left out.</returns>
    internal static (bool WasRefused, long Checked, long LeftOut) Run(FuzzCase one)
    {
        using var subject = new FuzzSubject(one);
        if (one.Call == FuzzCall.Refused)
        {
            FuzzFaults.Run(subject);
            return (true, 0, 0);
        }

        if (!HasAnswer(one))
        {
            using var scope = NewDisposeScope();
            using var input = subject.Values(ShapeOf(one));
            FuzzFaults.Refused(CallOf(subject, input), mayCompute: one.Call == FuzzCall.Pyramid);
            return (true, 0, 0);
        }

        var run = RunOf(one.Call);
        run(subject);

        // TorchSharp counts a tensor for each undefined gradient, as of a penalty that is not in the loss, and never counts it off.
        if (one.Choice % Twice == 0 && one.IsInLoss("c_u") && one.IsInLoss("c_p"))
        {
            var alive = Alive;
            run(subject);
            if (Alive - alive is var left and > 0)
            {
                throw new FuzzFailure($"{left} tensors are left alive");
            }
        }

        return (false, subject.Checked, subject.LeftOut);
    }

    private static long Alive => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    private static Action<FuzzSubject> RunOf(FuzzCall call) => call switch
    {
        FuzzCall.Up => FuzzUpCalls.Run,
        FuzzCall.ChangedBands => FuzzBandCalls.Run,
        FuzzCall.Pyramid => FuzzPyramidCalls.Run,
        FuzzCall.SchemeAlone => FuzzSchemeCalls.Run,
        FuzzCall.Sharing => FuzzSharingCalls.Run,
        FuzzCall.Surgery => FuzzSurgeryCalls.Run,
        FuzzCall.SecondDerivatives => FuzzSecondCalls.Run,
        FuzzCall.Hooks => FuzzHookCalls.Run,
        FuzzCall.State => FuzzStateCalls.Run,
        FuzzCall.Regularizer => FuzzRegularizerCalls.Run,
        _ => FuzzDownCalls.Run,
    };

    private static long[] ShapeOf(FuzzCase one) => one.Call == FuzzCall.SchemeAlone ? FuzzSchemeCalls.Shape(one) : one.Shape;

    private static bool HasAnswer(FuzzCase one) => one.Call switch
    {
        FuzzCall.SchemeAlone => FuzzSchemeCalls.HasAnswer(one),
        FuzzCall.Pyramid => FuzzPyramidCalls.HasAnswer(one),
        FuzzCall.Surgery => true,
        _ => FuzzRules.Takes(one.Pool, one.Scheme, one.Signal.Lengths),
    };

    private static Action CallOf(FuzzSubject subject, Tensor input)
    {
        switch (subject.Case.Call)
        {
            case FuzzCall.SchemeAlone:
                return () => subject.Scheme.lift(input, FuzzSchemeCalls.Dim(subject.Case));
            case FuzzCall.Pyramid:
                var pyramid = subject.Pyramid;
                return () => pyramid.forward(input);
            case FuzzCall.Penalties:
                return () => subject.Pool.penalties(input);
            case FuzzCall.Forward:
                return () => subject.Pool.forward(input);
            default:
                return () => subject.Pool.forward_with_bands(input);
        }
    }
}

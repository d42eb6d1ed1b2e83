namespace LiftPool.Tests;

/// <summary>A pool with the operators of another, which has other settings.</summary>
internal static class FuzzSharingCalls
{
    internal static void Run(FuzzSubject subject)
    {
        using var other = NewOther(subject);
        if (other.state_dict().Keys.Any(key => key != "gain"))
        {
            throw new FuzzFailure("a pool that shares its operators has keys for them");
        }

        FuzzDownCalls.Run(subject, other);
    }

    /// <summary>A pool with the subject's operators and settings.</summary>
    internal static LiftDownPool NewOther(FuzzSubject subject)
    {
        var pool = subject.Case.Pool;
        var other = pool.Dimensions switch
        {
            1 => (LiftDownPool)LiftDownPool1d.Sharing(subject.Pool, (Bands1d)pool.Bands, pool.Reduction, pool.Ceil, pool.DenseMax),
            2 => LiftDownPool2d.Sharing(subject.Pool, (Bands2d)pool.Bands, pool.Reduction, pool.Ceil, pool.DenseMax, pool.Axes),
            _ => LiftDownPool3d.Sharing(subject.Pool, (Bands3d)pool.Bands, pool.Reduction, pool.Ceil, pool.DenseMax, pool.Axes),
        };
        other.to(pool.Dtype);
        other.recompute = pool.Recompute;
        return other;
    }
}

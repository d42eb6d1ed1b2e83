namespace LiftPool.Tests;

/// <summary>What a bad call owes its caller: an ArgumentException that says who wanted what and got what, and nothing computed.</summary>
internal static class BadCall
{
    /// <param name="call">The call.</param>
    /// <param name="layer">Who complains; for a null argument .NET's own wording, without it, will do.</param>
    /// <param name="wanted">What the message says was expected.</param>
    /// <param name="got">What the message says came.</param>
    /// <param name="parameter">The argument that is blamed.</param>
    internal static void Refused(Action call, string layer, string wanted, string got, string parameter)
    {
        var error = Thrown<ArgumentException>(call);
        error.Message.Should().Match($"{layer}: expected *, got *.*", "every complaint has one form");
        var parts = error.Message.Split(", got ");
        parts[0].Should().Contain(wanted);
        parts[^1].Should().Contain(got);
        error.ParamName.Should().Be(parameter);
    }

    /// <summary>The exception, if it came before a tensor was made.</summary>
    internal static TException Thrown<TException>(Action call)
        where TException : Exception
    {
        var (alive, made) = (Tensor.TotalCount, Made);
        var error = call.Should().Throw<TException>().Which;
        Made.Should().Be(made, "nothing is computed before the check");
        Tensor.TotalCount.Should().BeLessThanOrEqualTo(alive, "no tensor is left behind");
        return error;
    }

    /// <summary>How many tensors this thread has made so far.</summary>
    internal static long Made
    {
        get
        {
            var made = DisposeScopeManager.Statistics.TensorStatistics;
            return made.CreatedInScopeCount + made.CreatedOutsideScopeCount;
        }
    }
}

namespace LiftPool.Calls;

/// <summary>The innermost scope that collects penalties. It goes where the work goes: to other threads, and past an <c>await</c>.</summary>
internal static class PenaltyScope
{
    private static readonly AsyncLocal<IDisposable?> OfFlow = new();

    /// <summary>The scope that was made last in this flow, ended or not; null for none.</summary>
    internal static IDisposable? Innermost
    {
        get => OfFlow.Value;
        set => OfFlow.Value = value;
    }

    /// <summary>Until disposed, nothing that is started here collects: what backward recomputes was collected by forward.</summary>
    internal static IDisposable Suspend() => new Suspension();

    private sealed class Suspension : IDisposable
    {
        private readonly IDisposable? suspended = Innermost;

        internal Suspension() => Innermost = null;

        public void Dispose() => Innermost = suspended;
    }
}

namespace LiftPool.Surgery;

/// <summary>Takes back what was done, the last first.</summary>
internal static class Undoing
{
    /// <summary>Each is tried, whatever became of the others.</summary>
    /// <exception cref="AggregateException">What could not be taken back.</exception>
    internal static void Run(Stack<Action> undo)
    {
        List<Exception> faults = [];
        while (undo.TryPop(out var one))
        {
            try
            {
                one();
            }
            catch (Exception fault)
            {
                faults.Add(fault);
            }
        }

        if (faults.Count > 0)
        {
            throw new AggregateException("LiftSurgery: not everything could be put back.", faults);
        }
    }
}

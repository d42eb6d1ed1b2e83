namespace LiftPool.Tests;

/// <summary>An answer that is not right.</summary>
internal sealed class FuzzFailure(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Says on which path it was.</summary>
    internal static void On(string path, Action call)
    {
        try
        {
            call();
        }
        catch (Exception error)
        {
            var what = error is FuzzFailure ? "" : $"{error.GetType().Name}: ";
            throw new FuzzFailure($"on {path}: {what}{error.Message}", error);
        }
    }
}

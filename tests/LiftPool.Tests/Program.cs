namespace LiftPool.Tests;

/// <summary>
/// The test assembly's own entry point: <c>dotnet LiftPool.Tests.dll canary</c> says whether LibTorch's float32
/// convolution is right on this machine. <c>dotnet test</c> does not come through here.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        string? answer = args switch
        {
            [ConvolutionCanary.Argument] => ConvolutionCanary.Compare(),
            [KernelMemory.Argument, var call] when KernelMemory.Calls.Contains(call) => KernelMemory.FirstEndIn(call),
            _ => null,
        };
        if (answer is null)
        {
            Console.Error.WriteLine($"Run the tests with 'dotnet test'. The only argument is '{ConvolutionCanary.Argument}'.");
            return 2;
        }

        Console.WriteLine(answer);
        return 0;
    }
}

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LiftPool.Tests;

/// <summary>This assembly as a program of its own, for what needs another environment or may end its process.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs it to its end; the exit code is null if it did not come to one.</summary>
    internal static (int? ExitCode, string Output, string Error) Run(
        string[] arguments,
        Action<IDictionary<string, string?>> changeEnvironment)
    {
        var start = new ProcessStartInfo(DotnetHost(), [typeof(ChildProcess).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        changeEnvironment(start.Environment);
        using var child = Process.Start(start)!;
        var (output, error) = (child.StandardOutput.ReadToEndAsync(), child.StandardError.ReadToEndAsync());
        if (!child.WaitForExit(Patience))
        {
            child.Kill(entireProcessTree: true);
            return (null, "no end after", $"{Patience}");
        }

        return (child.ExitCode, output.Result, error.Result);
    }

    // The test host may be a program of its own, so the process's path does not do: the host of this very runtime
    // stands three folders above it.
    private static string DotnetHost()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(beside) ? beside : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? name;
    }
}

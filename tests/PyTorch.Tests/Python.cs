using System.Diagnostics;
using System.Text.Json;

namespace LiftPool.Tests.PyTorch;

/// <summary>A Python that has torch: the environment variable LIFTPOOL_PYTHON, or the first of the usual ones.</summary>
internal static class Python
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly string[] Candidates
        = Environment.GetEnvironmentVariable("LIFTPOOL_PYTHON") is { } given ? [given] : ["python3", "/usr/bin/python3", "python"];

    private static readonly Lazy<string?> Found = new(
        () => Candidates.FirstOrDefault(python => Start(python, ["-c", "import torch"], Environment.CurrentDirectory) is { ExitCode: 0 }));

    /// <summary>Why no Python test can run; null if they can.</summary>
    internal static string? Missing
        => Found.Value is null ? "needs a Python with torch (Debian: python3-torch), named by LIFTPOOL_PYTHON if it is not python3" : null;

    /// <summary>The folder of the repository's Python files.</summary>
    internal static string Samples { get; } = Path.Combine(Root(), "samples", "PyTorch");

    /// <summary>Runs one of them to its end and gives what it printed.</summary>
    internal static string Run(string script, params string[] arguments)
    {
        var (exitCode, output, error) = Start(Found.Value!, [script, .. arguments], Samples);
        exitCode.Should().Be(0, "{0} {1} printed {2}{3}", script, string.Join(' ', arguments), output, error);
        return output;
    }

    /// <summary>The numbers of a JSON text of lists of lists.</summary>
    internal static float[] Numbers(string json) => [.. JsonSerializer.Deserialize<float[][]>(json)!.SelectMany(row => row)];

    /// <summary>The file of the repository, which stands above where this assembly was built to.</summary>
    internal static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "LiftPool.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("This assembly is outside the repository.");
        }

        return folder;
    }

    private static (int ExitCode, string Output, string Error) Start(string python, string[] arguments, string folder)
    {
        var start = new ProcessStartInfo(python, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PYTHONDONTWRITEBYTECODE"] = "1" },
        };
        try
        {
            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                return (-1, "", $"no end after {Patience}");
            }

            return (process.ExitCode, output.Result, error.Result);
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return (-1, "", missing.Message);
        }
    }
}

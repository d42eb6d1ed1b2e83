using System.CommandLine;
using Quickstart;

namespace Experiments.Tests;

/// <summary>Runs a sample as its command line does.</summary>
internal static class Programs
{
    /// <summary>The exit code, and what stands on standard output and standard error, line by line.</summary>
    public static async Task<(int Code, string[] Output, string[] Errors)> Run(RootCommand command, params string[] args)
    {
        var (output, errors) = (Console.Out, Console.Error);
        using var heard = new StringWriter();
        using var complained = new StringWriter();
        Console.SetOut(heard);
        Console.SetError(complained);
        try
        {
            return (await CommandLine.Run(command, args), Lines(heard), Lines(complained));
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }

    private static string[] Lines(StringWriter text) => text.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
}

using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Quickstart;

/// <summary>What the samples' command lines have in common.</summary>
internal static class CommandLine
{
    private const int WrongInput = 2;
    private const int Interrupted = 130;
    private const string OutputName = "--output";
    private const string NotEnough = "There is not enough memory for this.";

    private static readonly char[] LineEnds = ['\r', '\n'];

    /// <summary>Runs a command. What its user can mend is one line on standard error and exit code 2, never a stack trace.</summary>
    /// <param name="stopped">What to say after Ctrl+C.</param>
    public static async Task<int> Run(RootCommand command, string[] args, string? stopped = null)
    {
        var line = command.Parse(args);
        if (line.UnmatchedTokens is [var unknown, ..])
        {
            return Fail(Unknown(unknown, line.CommandResult.Command));
        }

        if (line.Errors.Count > 0)
        {
            // One about names has a line for each that there is.
            var lines = line.Errors[0].Message.Split(LineEnds, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return Fail(string.Join(' ', lines));
        }

        try
        {
            return await line.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (OperationCanceledException)
        {
            if (stopped is not null)
            {
                Console.Error.WriteLine(stopped);
            }

            return Interrupted;
        }
        catch (Exception e) when (Remedy(e) is { } message)
        {
            return Fail(message);
        }
    }

    /// <summary>What to tell the user of a fault that lies in files, folders or the machine; null if it lies in the program.</summary>
    public static string? Remedy(Exception fault) => fault switch
    {
        IOException or InvalidDataException or UnauthorizedAccessException => fault.Message,

        // LibTorch's own, several lines of native frames.
        ExternalException when fault.Message.Contains("can't allocate memory", StringComparison.Ordinal) => NotEnough,
        OutOfMemoryException => NotEnough,
        _ => null,
    };

    /// <summary>The option that says where a program writes, spelled alike in all of them.</summary>
    public static Option<DirectoryInfo> Output(string description, string usual) => new(OutputName)
    {
        Description = description,
        HelpName = "DIR",
        DefaultValueFactory = _ => new DirectoryInfo(usual),
    };

    /// <summary>The same of a program that writes one file.</summary>
    public static Option<FileInfo> OutputFile(string description, string usual) => new(OutputName)
    {
        Description = description,
        HelpName = "FILE",
        DefaultValueFactory = _ => new FileInfo(usual),
    };

    /// <summary>An option for a whole number from 1.</summary>
    public static Option<int> Number(string name, string description, int usual, int most)
    {
        var option = new Option<int>(name)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => usual,
        };
        option.Validators.Add(result =>
        {
            // What is no number at all has its own message.
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && (number < 1 || number > most))
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name}: expected 1 to {most:N0}."));
            }
        });
        return option;
    }

    // Names what was typed, where System.CommandLine says only that something is missing.
    private static string Unknown(string token, Command command)
    {
        var names = command.Subcommands.Select(one => one.Name).ToArray();
        return token.StartsWith('-') ? $"{token}: there is no such option; --help lists those that there are."
            : names.Length == 0 ? $"{token}: there is no such argument; --help lists the options."
            : $"{token}: there is no such command; there are {string.Join(", ", names)}.";
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine(message);
        return WrongInput;
    }
}

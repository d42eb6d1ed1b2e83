using System.CommandLine;
using LiftPool;
using Quickstart;

namespace Wavelets;

/// <summary>The commands and their options.</summary>
internal static class WaveletCommands
{
    // More than any side can be halved.
    private const int MostLevels = 30;

    private static readonly string Photos = Path.Combine(AppContext.BaseDirectory, "data", "photos");

    public static RootCommand Root() => new("What fixed wavelets do in LiftPool's pools.") { Lossless(), Pyramid() };

    private static Command Lossless()
    {
        var data = new Option<DirectoryInfo>("--data")
        {
            Description = "Folder with PNG, JPEG or WebP images [default: the photograph that comes along]",
            HelpName = "FOLDER",
        }.AcceptExistingOnly();
        var levels = Levels(usual: 5);
        var wavelet = WaveletName(Wavelet.Cdf53);
        var command = new Command(
            "lossless",
            "Codes each image by an integer wavelet transform and a general-purpose coder, decodes it, compares bit for bit and prints the "
            + "sizes beside PNG's.")
        {
            data, levels, wavelet,
        };
        command.SetAction(parsed => LosslessCommand.Run(
            parsed.GetValue(data)?.FullName ?? Photos,
            Enum.Parse<Wavelet>(parsed.GetRequiredValue(wavelet), ignoreCase: true),
            parsed.GetRequiredValue(levels)));
        return command;
    }

    private static Command Pyramid()
    {
        var image = new Option<FileInfo>("--image")
        {
            Description = "A photograph [default: the one that comes along]",
            HelpName = "FILE",
        }.AcceptExistingOnly();
        var output = CommandLine.OutputFile("The picture to write, a PNG", "pyramid.png");
        var levels = Levels(usual: 3);
        var wavelet = WaveletName(Wavelet.Cdf97);
        var command = new Command(
            "pyramid",
            "Draws a photograph's bands as textbooks do: each level nested in the smooth copy of the one before.")
        {
            image, output, levels, wavelet,
        };
        command.SetAction(parsed => PyramidCommand.Run(
            parsed.GetValue(image)?.FullName ?? Path.Combine(Photos, "astronaut.png"),
            parsed.GetRequiredValue(output),
            Enum.Parse<Wavelet>(parsed.GetRequiredValue(wavelet), ignoreCase: true),
            parsed.GetRequiredValue(levels)));
        return command;
    }

    private static Option<int> Levels(int usual)
        => CommandLine.Number("--levels", "How often the smooth copy is halved again, if there is enough of it", usual, MostLevels);

    // A string and not the enum: an enum would be read from any number too.
    private static Option<string> WaveletName(Wavelet usual)
    {
        var names = Enum.GetNames<Wavelet>();
        var wavelet = new Option<string>("--wavelet")
        {
            Description = $"One of {string.Join(", ", names)}",
            HelpName = "NAME",
            DefaultValueFactory = _ => usual.ToString(),
        };
        wavelet.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !names.Contains(token.Value, StringComparer.OrdinalIgnoreCase))
            {
                result.AddError($"--wavelet: expected one of {string.Join(", ", names)}, got \"{token.Value}\".");
            }
        });
        return wavelet;
    }
}

// Two classic uses of wavelets with pools of fixed filters: coding photographs without loss, and the picture of the nested bands.
using System.CommandLine;
using LiftPool;
using Wavelets;

var photos = Path.Combine(AppContext.BaseDirectory, "data", "photos");

var data = new Option<DirectoryInfo>("--data")
{
    Description = "Folder with PNG, JPEG or WebP images [default: the photograph that comes along]",
    HelpName = "FOLDER",
}.AcceptExistingOnly();
var codingLevels = Levels(5);
var codingWavelet = WaveletName(Wavelet.Cdf53);
var lossless = new Command(
    "lossless",
    "Codes each image by an integer wavelet transform and a general-purpose coder, decodes it, compares bit for bit and prints the sizes beside PNG's.")
{
    data, codingLevels, codingWavelet,
};
lossless.SetAction(parsed => LosslessCommand.Run(
    parsed.GetValue(data)?.FullName ?? photos,
    Enum.Parse<Wavelet>(parsed.GetRequiredValue(codingWavelet), ignoreCase: true),
    parsed.GetRequiredValue(codingLevels)));

var image = new Option<FileInfo>("--image")
{
    Description = "A photograph [default: the one that comes along]",
    HelpName = "FILE",
}.AcceptExistingOnly();
var output = new Option<FileInfo>("--output")
{
    Description = "The picture to write, a PNG",
    HelpName = "FILE",
    DefaultValueFactory = _ => new FileInfo("pyramid.png"),
};
var drawnLevels = Levels(3);
var drawnWavelet = WaveletName(Wavelet.Cdf97);
var pyramid = new Command("pyramid", "Draws a photograph's bands as textbooks do: each level nested in the smooth copy of the one before.")
{
    image, output, drawnLevels, drawnWavelet,
};
pyramid.SetAction(parsed => PyramidCommand.Run(
    parsed.GetValue(image)?.FullName ?? Path.Combine(photos, "astronaut.png"),
    parsed.GetRequiredValue(output),
    Enum.Parse<Wavelet>(parsed.GetRequiredValue(drawnWavelet), ignoreCase: true),
    parsed.GetRequiredValue(drawnLevels)));

var line = new RootCommand("What fixed wavelets do in LiftPool's pools.") { lossless, pyramid }.Parse(args);
if (line.Errors.Count > 0)
{
    Console.Error.WriteLine(line.Errors[0].Message);
    return 2;
}

try
{
    return line.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

static Option<int> Levels(int usual)
{
    var levels = new Option<int>("--levels")
    {
        Description = "How often the smooth copy is halved again",
        HelpName = "N",
        DefaultValueFactory = _ => usual,
    };
    levels.Validators.Add(result =>
    {
        // What is no number at all has its own message.
        if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number < 1)
        {
            result.AddError("--levels: expected at least 1.");
        }
    });
    return levels;
}

// A string and not the enum: an enum would be read from any number too.
static Option<string> WaveletName(Wavelet usual)
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

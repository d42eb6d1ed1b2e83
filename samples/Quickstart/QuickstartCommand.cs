using System.CommandLine;

namespace Quickstart;

/// <summary>The command and its options.</summary>
internal static class QuickstartCommand
{
    private const int MostEpochs = 1000;
    private const int MostRuns = 100;

    private static readonly string Shipped = Path.Combine(AppContext.BaseDirectory, "data");

    public static RootCommand Root()
    {
        var data = new Option<DirectoryInfo>("--data")
        {
            Description = "Folder with the four files of Fashion-MNIST, gzipped or not [default: the subset that comes along]",
            HelpName = "DIR",
        }.AcceptExistingOnly();
        var image = new Option<FileInfo>("--image")
        {
            Description = "A photograph for the pictures [default: the one that comes along]",
            HelpName = "FILE",
        }.AcceptExistingOnly();
        var output = CommandLine.Output("Folder for the pictures", "quickstart-output");
        var epochs = CommandLine.Number("--epochs", "How often each network sees the training images", usual: 2, MostEpochs);
        var runs = CommandLine.Number("--runs", "How many networks of each kind; one says nothing about a difference", usual: 3, MostRuns);
        var seed = new Option<int>("--seed")
        {
            Description = "Of all that is random, the first run's: the same seed gives the same accuracies and pictures",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };

        var command = new RootCommand(
            "Trains a small network on Fashion-MNIST with MaxPool2d and with LiftDownPool2d, and draws what the trained pool does to a "
            + "photograph.")
        {
            data, image, output, epochs, runs, seed,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () => Demo.Run(
                parsed.GetValue(data)?.FullName ?? Path.Combine(Shipped, "fashion-mnist"),
                parsed.GetValue(image)?.FullName ?? Path.Combine(Shipped, "photos", "astronaut.png"),
                parsed.GetRequiredValue(output).FullName,
                new Effort(parsed.GetRequiredValue(epochs), parsed.GetRequiredValue(runs), parsed.GetRequiredValue(seed)),
                cancel),
            cancel));
        return command;
    }
}

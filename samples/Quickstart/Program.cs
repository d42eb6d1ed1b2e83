// Trains one small network twice, with MaxPool2d and with LiftDownPool2d, and draws what the trained pool does to a photograph.
using System.CommandLine;
using Quickstart;

NativeSettings.Apply();

var shipped = Path.Combine(AppContext.BaseDirectory, "data");
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
var output = new Option<DirectoryInfo>("--out")
{
    Description = "Folder for the pictures",
    HelpName = "DIR",
    DefaultValueFactory = _ => new DirectoryInfo("quickstart-output"),
};
var epochs = CommandLine.Number("--epochs", "How often each network sees the training images", usual: 4, most: 1000);
var seed = new Option<int>("--seed")
{
    Description = "Of all that is random: the same seed gives the same accuracies and pictures",
    HelpName = "N",
    DefaultValueFactory = _ => 1,
};

var command = new RootCommand("Trains one small network on Fashion-MNIST twice, with MaxPool2d and with LiftDownPool2d, and draws what the trained pool does to a photograph.")
{
    data, image, output, epochs, seed,
};
command.SetAction((parsed, cancel) => Task.Run(
    () => Demo.Run(
        parsed.GetValue(data)?.FullName ?? Path.Combine(shipped, "fashion-mnist"),
        parsed.GetValue(image)?.FullName ?? Path.Combine(shipped, "photos", "astronaut.png"),
        parsed.GetRequiredValue(output).FullName,
        parsed.GetRequiredValue(epochs),
        parsed.GetRequiredValue(seed),
        cancel),
    cancel));

return await CommandLine.Run(command, args);

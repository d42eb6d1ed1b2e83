using System.Globalization;
using LiftPool;
using Spectre.Console;
using static TorchSharp.torch;

namespace Quickstart;

/// <summary>What the program does, from the data to the pictures.</summary>
internal static class Demo
{
    public static void Run(string dataFolder, string photoFile, string outputFolder, int epochs, int seed, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();

        // What can be wrong with the arguments is found before the long work.
        using var data = new FashionMnist(dataFolder);
        var photo = Photo.Read(photoFile);
        OutputFolder.Check(outputFolder);
        Say($"Fashion-MNIST: {data.Train.Count:N0} images to train on, {data.Test.Count:N0} to test, epochs: {epochs}");

        using var maxNetwork = NewNetwork(seed, _ => nn.MaxPool2d(2));
        using var liftNetwork = NewNetwork(seed, channels => new LiftDownPool2d(channels));
        Compare(data, epochs, seed, cancel, ("MaxPool2d", maxNetwork), ("LiftDownPool2d", liftNetwork));
        Draw(liftNetwork.FirstPool, photo, outputFolder, seed, cancel);
    }

    private static Network NewNetwork(int seed, Func<int, nn.Module<Tensor, Tensor>> pool)
    {
        random.manual_seed(seed);
        return new Network(pool);
    }

    private static void Compare(
        FashionMnist data, int epochs, int seed, CancellationToken cancel, params (string Pool, Network Network)[] rivals)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("pool");
        foreach (var title in (string[])["test accuracy", "seconds an epoch", "parameters"])
        {
            table.AddColumn(new TableColumn(title).RightAligned());
        }

        var batches = Training.Batches(data.Train);

        // Bars need a terminal to move in; a file gets a line an epoch.
        if (AnsiConsole.Profile.Out.IsTerminal)
        {
            ProgressColumn[] columns =
                [new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()];
            AnsiConsole.Progress().Columns(columns).Start(progress =>
            {
                ProgressTask[] bars =
                    [.. rivals.Select(rival => progress.AddTask(rival.Pool, autoStart: false, maxValue: epochs * batches))];
                foreach (var (rival, bar) in rivals.Zip(bars))
                {
                    bar.StartTask();
                    Train(rival, done => bar.Value = done);
                }
            });
        }
        else
        {
            foreach (var rival in rivals)
            {
                Train(rival, done =>
                {
                    if (done % batches == 0)
                    {
                        Say($"{rival.Pool}: epoch {done / batches} of {epochs}");
                    }
                });
            }
        }

        AnsiConsole.Write(table);

        void Train((string Pool, Network Network) rival, Action<long> report)
        {
            var result = Training.Run(rival.Network, data, epochs, seed, report, cancel);
            table.AddRow(rival.Pool, Text($"{result.Accuracy:P1}"), Text($"{result.SecondsPerEpoch:F1}"), Text($"{result.Parameters:N0}"));
        }
    }

    private static void Draw(nn.Module<Tensor, Tensor> trained, Tensor photo, string folder, int seed, CancellationToken cancel)
    {
        using var pool = new PhotoPool((LiftDownPool2d)trained, photo);
        pool.Adapt(photo, seed, cancel);
        Say($"The pictures' pool has the filters of channel {pool.Channel} of the trained network's first");
        Say($"LiftDownPool2d for red, green and blue, and {PhotoPool.Steps} more steps on the photograph by the");
        Say($"two penalties alone. Values enter it times {PhotoPool.Contrast}, where tanh is nearly straight.");

        var (maxPool, liftPool) = (PhotoPool.MaxRoundTrip(photo), pool.RoundTrip(photo));
        Say($"");
        Say($"Largest error after down and up again, of values from 0 to 1:");
        Say($"  MaxPool2d + MaxUnpool2d        {Pictures.Error(maxPool)}");
        Say($"  LiftDownPool2d + LiftUpPool2d  {Pictures.Error(liftPool)}");

        var bands = Path.Combine(folder, "bands.png");
        var roundTrip = Path.Combine(folder, "roundtrip.png");
        var titled = Pictures.DrawBands(bands, photo, pool.Bands(photo));
        Pictures.DrawRoundTrip(roundTrip, photo, maxPool, liftPool);
        Say($"");
        Say($"Pictures: {Shown(bands)} and {Shown(roundTrip)}{(titled ? "" : ", without titles, since no font was found")}");
    }

    private static string Shown(string file)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, file);
        return relative.StartsWith("..", StringComparison.Ordinal) ? file : relative;
    }

    // Not by AnsiConsole: it would break a long path. Invariant: numbers read alike everywhere.
    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

    private static string Text(FormattableString cell) => cell.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using LiftPool;
using Spectre.Console;
using static TorchSharp.torch;

namespace Quickstart;

/// <summary>What the program does, from the data to the pictures.</summary>
internal static class Demo
{
    private const string Max = "MaxPool2d";
    private const string Lift = "LiftDownPool2d";

    public static void Run(string dataFolder, string photoFile, string outputFolder, Effort effort, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();

        // What can be wrong with the arguments is found before the long work.
        using var data = new FashionMnist(dataFolder);
        var photo = Photo.Read(photoFile);
        OutputFolder.Check(outputFolder);
        var (epochs, runs, seed) = effort;
        Say($"Fashion-MNIST: {data.Train.Count:N0} images to train on, {data.Test.Count:N0} to test, epochs: {epochs}, runs: {runs}");

        // Of the networks that are trained, the first with lift pools stays for the pictures.
        using var liftNetwork = NewNetwork(seed, NewLiftPool);
        Compare(
            data,
            effort,
            cancel,
            new Rival(Max, run => NewNetwork(seed + run, _ => nn.MaxPool2d(2))),
            new Rival(Lift, run => run == 0 ? liftNetwork : NewNetwork(seed + run, NewLiftPool), Kept: liftNetwork));
        Draw(liftNetwork.FirstPool, photo, outputFolder, seed, cancel);
    }

    private static LiftDownPool2d NewLiftPool(int channels) => new(channels);

    private static Network NewNetwork(int seed, Func<int, nn.Module<Tensor, Tensor>> pool)
    {
        random.manual_seed(seed);
        return new Network(pool);
    }

    private static void Compare(FashionMnist data, Effort effort, CancellationToken cancel, params Rival[] rivals)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("pool");
        foreach (var title in (string[])["test accuracy", "seconds an epoch", "parameters"])
        {
            table.AddColumn(new TableColumn(title).RightAligned());
        }

        var (epochs, runs, _) = effort;
        var batches = Training.Batches(data.Train);
        var results = new List<Runs>();

        // Bars need a terminal to move in; a file gets a line an epoch.
        if (AnsiConsole.Profile.Out.IsTerminal)
        {
            ProgressColumn[] columns =
                [new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()];
            AnsiConsole.Progress().Columns(columns).Start(progress =>
            {
                ProgressTask[] bars =
                    [.. rivals.Select(rival => progress.AddTask(rival.Pool, autoStart: false, maxValue: runs * epochs * batches))];
                foreach (var (rival, bar) in rivals.Zip(bars))
                {
                    bar.StartTask();
                    Train(rival, (run, done) => bar.Value = (run * epochs * batches) + done);
                }
            });
        }
        else
        {
            foreach (var rival in rivals)
            {
                Train(rival, (run, done) =>
                {
                    if (done % batches == 0)
                    {
                        Say($"{rival.Pool}, run {run + 1} of {runs}: epoch {done / batches} of {epochs}");
                    }
                });
            }
        }

        AnsiConsole.Write(table);
        Console.WriteLine(Difference.Of(results[0], results[1]));

        void Train(Rival rival, Action<int, long> report)
        {
            Result[] made = [.. Enumerable.Range(0, runs).Select(run =>
            {
                var network = rival.Network(run);
                var result = Training.Run(network, data, epochs, effort.Seed + run, done => report(run, done), cancel);
                if (network != rival.Kept)
                {
                    network.Dispose();
                }

                return result;
            })];
            double[] accuracies = [.. made.Select(one => one.Accuracy)];
            results.Add(new Runs(rival.Pool, accuracies));
            table.AddRow(
                rival.Pool,
                Text($"{accuracies.Average():P1} ({accuracies.Min():P1} to {accuracies.Max():P1})"),
                Text($"{made.Average(one => one.SecondsPerEpoch):F1}"),
                Text($"{made[0].Parameters:N0}"));
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

    /// <param name="Network">Makes the network of a run, 0 the first.</param>
    /// <param name="Kept">One that is not disposed after its run.</param>
    private sealed record Rival(string Pool, Func<int, Network> Network, Network? Kept = null);
}

/// <summary>How much is done: networks of each kind, each with the next seed, and how often they see the images.</summary>
internal sealed record Effort(int Epochs, int Runs, int Seed);

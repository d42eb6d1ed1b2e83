using System.Globalization;

namespace LiftPool.Benchmarks;

/// <summary>
/// The most memory that a call takes, as a multiple of its input: where there are so many items that the sums of their gradients
/// count, and where a signal is too large to be in work at once.
/// </summary>
internal static class Peaks
{
    public const string Command = "peak";

    private static readonly Row[] Rows =
    [
        new([100_000, 16, 2, 2], Taps: 5, Trains: true),
        new([100_000, 16, 2, 2], Taps: 31, Trains: true),
        new([40, 64, 330, 330], Taps: 5, Trains: true),
        new([1, 64, 3000, 3000], Taps: 5, Trains: false),
        new([1, 16, 1 << 24], Taps: 5, Trains: false),
        new([1, 16, 1 << 24], Taps: 5, Trains: true),
    ];

    /// <summary>Prints the table.</summary>
    /// <returns>Whether every row is within its limit.</returns>
    public static bool Run()
    {
        Console.WriteLine("| input | taps | | LiftDownPool | MaxPool | at most |");
        Console.WriteLine("|---|---|---|---|---|---|");
        var within = true;
        for (var row = 0; row < Rows.Length; row++)
        {
            var (shape, taps, trains) = (Rows[row].Shape, Rows[row].Taps, Rows[row].Trains);
            var (ours, theirs) = (Multiple(row, "lift"), Multiple(row, "max"));
            within &= ours <= Rows[row].Limit;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {string.Join(" x ", shape)} | {taps} | {(trains ? "forward + backward" : "forward")} | {ours:F1} | {theirs:F1} | {Rows[row].Limit:F1} |"));
        }

        return within;
    }

    /// <summary>The child: measures and prints the bytes.</summary>
    public static int RunChild(int row, string pool)
    {
        var (shape, taps, trains) = (Rows[row].Shape, Rows[row].Taps, Rows[row].Trains);
        using Module<Tensor, Tensor> layer = (pool, shape.Length) switch
        {
            ("lift", 3) => new LiftDownPool1d(shape[1], taps),
            ("lift", _) => new LiftDownPool2d(shape[1], taps),
            (_, 3) => MaxPool1d(2),
            _ => MaxPool2d(2),
        };
        using var x = rand(shape).requires_grad_(trains);
        Console.WriteLine(PeakMemory.Peak(() => Step(layer, x, trains)).ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    private static void Step(Module<Tensor, Tensor> layer, Tensor x, bool trains)
    {
        using var scope = NewDisposeScope();
        if (!trains)
        {
            using var noGrad = no_grad();
            layer.forward(x);
            return;
        }

        layer.forward(x).sum().backward();
        layer.zero_grad();
        x.grad = null;
    }

    private static double Multiple(int row, string pool)
        => PeakMemory.Ask([Command, row.ToString(CultureInfo.InvariantCulture), pool]) is [var bytes]
            ? (double)bytes / (sizeof(float) * Rows[row].Shape.Aggregate(1L, (product, size) => product * size))
            : double.NaN;

    private sealed record Row(long[] Shape, int Taps, bool Trains)
    {
        internal double Limit => Trains ? 3 : 2.5;
    }
}

namespace LiftPool.Tests;

/// <summary>Pools that are calls in a model's code: they are found wherever the code has them, once each, and nothing else is.</summary>
public sealed class SurgeryCodeTests
{
    [Fact]
    public void Calls_are_found_wherever_the_code_has_them()
    {
        using var scope = NewDisposeScope();
        var report = LiftSurgery.ReplaceMaxPools(new Coded(), rand(1, 2, 8, 8), new() { AveragePools = true });

        report.Rows.Select(row => (row.Was, row.Why)).Should().BeEquivalentTo(
        [
            ("functional.max_pool1d", Why("Coded..ctor", "MaxPool1d")),
            ("functional.max_pool2d", Why("Coded.AfterASwitch", "MaxPool2d")),
            ("functional.max_pool3d", Why("Coded.OfAGeneric", "MaxPool3d")),
            ("functional.avg_pool1d", Why("Coded.BehindABranch", "AvgPool1d")),
            ("functional.avg_pool2d", Why("Coded.BehindABranch", "AvgPool2d")),
            ("functional.avg_pool3d", Why("Coded.Twice", "AvgPool3d")),
        ]);
    }

    private static string Why(string place, string pool) => $"a call in {place}: hold {pool} in a `Module<Tensor, Tensor>` field and call that";

    private sealed class Coded : Module<Tensor, Tensor>
    {
        private readonly Func<Tensor, Tensor> later = x => functional.max_pool1d(x, 2);

        public Coded()
            : base(nameof(Coded))
        {
        }

        public Tensor Later(Tensor x) => later(x);

        // The table of a switch is no code: one of so many cases has places that would read as instructions of other lengths, or as none.
        public static (Tensor Pooled, string Word) AfterASwitch(Tensor x)
        {
            var word = (int)x.dim() switch
            {
                0 => "no axis", 1 => "1", 2 => "2", 3 => "3", 4 => "4", 5 => "5", 6 => "6", 7 => "7", 8 => "8", 9 => "9", 10 => "10", 11 => "11",
                12 => "12", 13 => "13", 14 => "14", 15 => "15", 16 => "16", 17 => "17", 18 => "18", 19 => "19", 20 => "20", 21 => "21",
                22 => "22", 23 => "23", 24 => "24", 25 => "25", 26 => "26", 27 => "27", 28 => "28", 29 => "29", 30 => "30", _ => "many",
            };
            return (functional.max_pool2d(x, 2), word);
        }

        public static Tensor OfAGeneric(Tensor x) => Helpers.Outer<int>(x);

        public static Tensor BehindABranch(bool one) => one ? Helpers.One() : Helpers.Other();

        public static Tensor Twice(Tensor x) => Helpers.Halved(Helpers.Halved(x));

        public override Tensor forward(Tensor input) => functional.relu(input);
    }

    private static class Helpers
    {
        internal static Tensor Outer<T>(Tensor x) => Inner<T>(x);

        internal static Tensor One() => functional.avg_pool1d(ones(1, 2), 2);

        internal static Tensor Other() => functional.avg_pool2d(ones(1, 2, 2), 2);

        internal static Tensor Halved(Tensor x) => functional.avg_pool3d(x, [2, 2, 2]);

        private static Tensor Inner<T>(Tensor x) => functional.max_pool3d(x, [2, 2, typeof(T) == typeof(int) ? 2 : 3]);
    }
}

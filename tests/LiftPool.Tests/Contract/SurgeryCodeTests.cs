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

    private static string Why(string place, string pool)
        => $"a call in {place}: hold {pool} in a `Module<Tensor, Tensor>` field and call that";

    private sealed class Coded : Module<Tensor, Tensor>
    {
        private readonly Func<Tensor, Tensor> later = x => functional.max_pool1d(x, 2);

        public Coded()
            : base(nameof(Coded))
        {
        }

        public Tensor Later(Tensor x) => later(x);

        // The table of a switch is no code. This one would not read as instructions: it has distances that are none.
        public static Tensor AfterASwitch(Tensor x, int number)
        {
            var chosen = number switch
            {
                0 => x.sin().cos().exp(),
                1 => x.sin().cos().abs(),
                2 => x.sin().cos().neg(),
                3 => x.sin().exp().cos(),
                4 => x.sin().exp().abs(),
                5 => x.sin().exp().neg(),
                6 => x.sin().abs().cos(),
                7 => x.sin().abs().exp(),
                8 => x.sin().abs().neg(),
                9 => x.sin().neg().cos(),
                10 => x.sin().neg().exp(),
                11 => x.sin().neg().abs(),
                _ => x,
            };
            return functional.max_pool2d(chosen, 2);
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

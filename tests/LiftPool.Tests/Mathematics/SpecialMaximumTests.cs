using System.Globalization;
using LiftPool.Calls;
using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>
/// NaN, infinities, zeros of either sign and large magnitudes in the dense maximum and in max-lifting: the rows of docs/max-pooling.md, and
/// windows of every such value beside LibTorch's MaxPool and max-lifting's formula.
/// </summary>
[Trait(EachPath.Name, EachPath.Value)]
public sealed class SpecialMaximumTests : IClassFixture<OneThread>
{
    private const long Channels = 17;

    private static readonly ScalarType[] Types = [ScalarType.Float64, ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16];

    private static readonly double[] Special =
        [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 0, 1, -1, 3, 3, 6e4, -6e4, 1e-3];

    public static TheoryData<string> Paths => [.. ComputePath.Paths];

    public static TheoryData<string, ScalarType, DenseMax, int> Windows
    {
        get
        {
            var cases = new TheoryData<string, ScalarType, DenseMax, int>();
            foreach (var path in ComputePath.Paths)
            {
                foreach (var dtype in Types)
                {
                    foreach (var window in new[] { DenseMax.Ahead, DenseMax.Back, DenseMax.Valid })
                    {
                        for (var axes = 1; axes <= 3; axes++)
                        {
                            cases.Add(path, dtype, window, axes);
                        }
                    }
                }
            }

            return cases;
        }
    }

    public static TheoryData<string, ScalarType, int> Everywhere
    {
        get
        {
            var cases = new TheoryData<string, ScalarType, int>();
            foreach (var path in ComputePath.Paths)
            {
                foreach (var dtype in Types)
                {
                    for (var axes = 1; axes <= 3; axes++)
                    {
                        cases.Add(path, dtype, axes);
                    }
                }
            }

            return cases;
        }
    }

    [Fact]
    public void The_page_has_a_table_of_values_and_one_of_gradients()
    {
        Rows("NaN").Should().HaveCountGreaterThan(20);
        Rows("second").Should().HaveCountGreaterThan(10);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Each_row_of_values_holds(string path)
    {
        foreach (var row in Rows("NaN"))
        {
            foreach (var (what, pool, wanted) in Pools(row))
            {
                using var scope = NewDisposeScope();
                using var forced = ComputePath.Force(path);
                using var layer = pool;
                var x = row.Pair.expand(2, Channels, 2).contiguous();

                var found = layer.call(x);

                AssertPath(layer, path);
                var right = tensor(Number(wanted)).to(row.Type).expand_as(found);
                IsSame(found, right).Should().BeTrue("{0} of {1} is {2}, not {3}", what, row, wanted, found[0, 0].ToString(true));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Each_row_of_gradients_holds(string path)
    {
        foreach (var row in Rows("second"))
        {
            foreach (var (what, pool, wanted) in Pools(row))
            {
                using var scope = NewDisposeScope();
                using var forced = ComputePath.Force(path);
                using var layer = pool;
                var x = row.Pair.expand(2, Channels, 2).contiguous().requires_grad_();

                var y = layer.call(x);
                AssertPath(layer, path);
                y.backward([tensor(3.0).to(row.Type).expand(2, Channels, 1)]);

                double[] right = wanted == "first" ? [3, 0] : [0, 3];
                x.grad!.IsExactly(tensor(right).to(row.Type).expand_as(x)).Should().BeTrue(
                    "the gradient of {0} of {1} goes to the {2}, not {3}", what, row, wanted, x.grad![0, 0].ToString(true));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Windows))]
    public void The_dense_maximum_is_max_pooling_of_stride_1_to_the_bit(string path, ScalarType dtype, DenseMax window, int axes)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force(path);

        // Split alone, so that the bands are the maximum's samples.
        using var pool = AnyPool.Down(axes, new LiftingScheme([]), reduction: BandReduction.Concat, dense_max: window);
        using var split = AnyPool.Down(axes, new LiftingScheme([]), reduction: BandReduction.Concat);
        var x = Samples(axes, window == DenseMax.Valid ? 1 : 0, dtype);
        var theirs = x.clone().requires_grad_();
        var wanted = split.forward(Maximum(theirs, window));
        var gradient = randint(0, 4, wanted.shape).to(dtype);
        wanted.backward([gradient]);
        foreach (var channelsLast in axes == 1 ? [false] : new[] { false, true })
        {
            var ours = MemoryLayout.Dense(x, channelsLast).detach().requires_grad_();
            var found = pool.forward(ours);
            ComputePath.Last.Should().Be(path);

            // Kernels take the maximum of two planes first: of a window's zeros of both signs it may be another one.
            (axes == 3 ? found.IsExactly(wanted) : IsSame(found, wanted)).Should().BeTrue("channels last {0}", channelsLast);
            found.backward([gradient]);
            ours.grad!.IsExactly(theirs.grad!).Should().BeTrue("whole numbers add without rounding; channels last {0}", channelsLast);
        }
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void Max_lifting_gives_what_its_formula_gives(string path, ScalarType dtype, int axes)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force(path);
        using var pool = AnyPool.Down(axes, LiftingScheme.MaxLifting(dtype: dtype), bands: 1);
        var x = Samples(axes, 0, dtype);

        var found = pool.forward(x);

        ComputePath.Last.Should().Be(path);
        var wanted = dtype == ScalarType.Float64 ? x : x.to(ScalarType.Float32);
        for (var dim = (int)x.dim() - 1; dim >= 2; dim--)
        {
            var halves = wanted.unflatten(dim, wanted.size(dim) / 2, 2);
            var (first, second) = (halves.select(dim + 1, 0), halves.select(dim + 1, 1));
            wanted = second.add(first.sub(second).relu());
        }

        found.IsExactly(wanted.to(dtype)).Should().BeTrue();
    }

    private static void AssertPath(Module layer, string path)
    {
        if (layer is LiftDownPool)
        {
            ComputePath.Last.Should().Be(path);
        }
    }

    // Every window of two, and of four, is among them; of eight some are.
    private static Tensor Samples(int axes, long more, ScalarType dtype)
    {
        long[] lengths = axes switch { 1 => [400], 2 => [42, 36], _ => [8, 10, 12] };
        var which = randint(0, Special.Length, [2, Channels, .. lengths.Select(length => length + more)]);
        return tensor(Special).to(dtype)[which];
    }

    // The borders' samples twice, in the place of padding.
    private static Tensor Maximum(Tensor x, DenseMax window)
    {
        for (var dim = 2; dim < x.dim() && window != DenseMax.Valid; dim++)
        {
            x = window == DenseMax.Ahead ? cat([x, x.narrow(dim, x.size(dim) - 1, 1)], dim) : cat([x.narrow(dim, 0, 1), x], dim);
        }

        return x.dim() switch
        {
            3 => functional.max_pool1d(x, 2, 1),
            4 => functional.max_pool2d(x, [2, 2], [1, 1]),
            _ => functional.max_pool3d(x, [2, 2, 2], [1, 1, 1]),
        };
    }

    // Zeros of the same sign too.
    private static bool IsSame(Tensor found, Tensor wanted)
    {
        using var scope = NewDisposeScope();
        var numbers = wanted.isnan().logical_not();
        return found.IsExactly(wanted) && found.signbit().logical_and(numbers).IsExactly(wanted.signbit().logical_and(numbers));
    }

    /// <summary>The three columns of a row.</summary>
    private static IEnumerable<(string What, Module<Tensor, Tensor> Layer, string Wanted)> Pools(Row row)
    {
        yield return ("MaxPool", MaxPool1d(2), row.Wanted[0]);

        // H without steps is every other of the maximum's samples.
        yield return ("the dense maximum", new LiftDownPool1d(new LiftingScheme([]), Bands1d.H, dense_max: DenseMax.Ahead), row.Wanted[1]);
        yield return ("max-lifting's LL", new LiftDownPool1d(LiftingScheme.MaxLifting(dtype: row.Type), Bands1d.L), row.Wanted[2]);
    }

    /// <summary>The rows of the page's table in whose results this word stands, once for each type.</summary>
    private static IEnumerable<Row> Rows(string word)
    {
        const string Header = "| first | second | dtype |";
        var tables = Pages.Text("docs/max-pooling.md").Split(Header).Skip(1).Select(text => text.Split("\n\n")[0]);
        var table = tables.Single(text => text.Split('\n').Skip(2).Any(line => line.EndsWith($" {word} |", StringComparison.Ordinal)));
        foreach (var line in table.Split('\n').Skip(2))
        {
            var cells = line.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            foreach (var type in cells[2] == "all" ? Types : cells[2].Split(", ").Select(TypeCalled))
            {
                yield return new Row(line, type, tensor([Number(cells[0]), Number(cells[1])]).to(type), cells[3..]);
            }
        }
    }

    private static ScalarType TypeCalled(string name)
        => Types.Single(type => type.ToString().Equals(name, StringComparison.OrdinalIgnoreCase));

    private static double Number(string text) => text switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    private sealed record Row(string Line, ScalarType Type, Tensor Pair, string[] Wanted)
    {
        public override string ToString() => $"{Line} in {Type}";
    }
}

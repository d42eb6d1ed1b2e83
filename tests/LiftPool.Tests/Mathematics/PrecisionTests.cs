using System.Globalization;
using LiftPool.Calls;
using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>
/// The precision of a new layer on every path of computation beside float64, and the table of docs/testing.md.
/// <c>LIFTPOOL_TEST_POINTS=200</c> looks at more points than the suite does.
/// </summary>
[Trait(EachPath.Name, EachPath.Value)]
public sealed class PrecisionTests(ITestOutputHelper output) : IClassFixture<OneThread>
{
    private static readonly int Points
        = int.Parse(Environment.GetEnvironmentVariable("LIFTPOOL_TEST_POINTS") ?? "8", CultureInfo.InvariantCulture);

    private static readonly ScalarType[] Dtypes = [ScalarType.Float64, ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16];

    [Fact]
    public void Every_dtype_dimension_and_path_keeps_the_bounds()
    {
        var worst = Measured();

        List<string> wrong = [];
        output.WriteLine(Line(["of", "dtype", "", .. ComputePath.Paths, "bound"]));
        output.WriteLine(Line(Enumerable.Repeat("---", 4 + ComputePath.Paths.Count)));
        foreach (var quantity in Enum.GetValues<Quantity>())
        {
            foreach (var dtype in Dtypes)
            {
                for (var axes = 1; axes <= 3; axes++)
                {
                    var bound = Bound(quantity, dtype);
                    double[] errors = [.. ComputePath.Paths.Select(path => worst[(quantity, dtype, axes, path)])];
                    output.WriteLine(Line([Name(quantity), Name(dtype), $"{axes}-D", .. errors.Select(Number), Number(bound)]));
                    if (!errors.All(error => error <= bound))
                    {
                        wrong.Add($"{Name(quantity)} {dtype} {axes}-D: {string.Join(", ", errors.Select(Number))}, bound {Number(bound)}");
                    }
                }
            }
        }

        wrong.Should().BeEmpty();
    }

    [Fact]
    public void The_page_has_these_bounds_and_errors_below_them()
    {
        var rows = DocumentTable.After("precision")[2..].Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]).ToArray();
        var wanted =
            from quantity in Enum.GetValues<Quantity>()
            from dtype in Dtypes
            from axes in Enumerable.Range(1, 3)
            select $"{Name(quantity)} {dtype} {axes}-D {Number(Bound(quantity, dtype))}".ToLowerInvariant();

        rows.Select(row => $"{row[0]} {row[1]} {row[2]} {row[^1]}".ToLowerInvariant()).Should().Equal(wanted);
        rows.Where(row => row[3..^1].Any(error => !(Read(error) <= Read(row[^1])))).Should().BeEmpty();

        static double Read(string number) => double.Parse(number, CultureInfo.InvariantCulture);
    }

    /// <summary>The worst error of each quantity over some points.</summary>
    private static Dictionary<(Quantity, ScalarType, int, string), double> Measured()
    {
        var worst = new Dictionary<(Quantity, ScalarType, int, string), double>();
        foreach (var dtype in Dtypes)
        {
            for (var axes = 1; axes <= 3; axes++)
            {
                for (var seed = 0; seed < Points; seed++)
                {
                    using var scope = NewDisposeScope();
                    using var point = PrecisionPoint.Draw(dtype, axes, seed);
                    var wanted = point.Exact();
                    foreach (var path in ComputePath.Paths)
                    {
                        var found = point.On(path);
                        foreach (var quantity in Enum.GetValues<Quantity>())
                        {
                            // Math.Max keeps a NaN.
                            var key = (quantity, dtype, axes, path);
                            worst[key] = Math.Max(worst.GetValueOrDefault(key), PrecisionPoint.Error(quantity, found, wanted));
                        }
                    }
                }
            }
        }

        return worst;
    }

    private static double Bound(Quantity quantity, ScalarType dtype) => (quantity, dtype) switch
    {
        (Quantity.Inverse, ScalarType.Float64) => 4e-15,
        (Quantity.Inverse, ScalarType.Float32) => 2e-6,
        (Quantity.Inverse, ScalarType.BFloat16) => 4 * Math.ScaleB(1, -7),
        (Quantity.Inverse, _) => 4 * Math.ScaleB(1, -10),
        (Quantity.Forward, ScalarType.Float64) => 1e-12,
        (Quantity.Forward, ScalarType.Float32) => 2e-6,
        (_, ScalarType.Float64) => 3e-15,
        (_, ScalarType.Float32) => 1e-5,
        (_, ScalarType.BFloat16) => 4e-3,
        _ => 5e-4,
    };

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string Number(double number) => number.ToString("0.0e-0", CultureInfo.InvariantCulture);

    private static string Name(ScalarType dtype) => $"{dtype}".ToLowerInvariant();

    private static string Name(Quantity quantity) => quantity switch
    {
        Quantity.Inverse => "inverse",
        Quantity.Forward => "forward",
        Quantity.InputGradient => "gradients of inputs",
        _ => "gradients of weights",
    };
}

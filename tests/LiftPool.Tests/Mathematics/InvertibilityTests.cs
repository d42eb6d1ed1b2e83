using CsCheck;
using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>
/// <c>up(down(x))</c> is x to rounding, over random shapes, kernels, groups, paddings, modes and types. CsCheck shrinks a
/// failure to the smallest; <c>CsCheck_Iter=10000 dotnet test --filter Invertibility</c> searches longer.
/// </summary>
public sealed class InvertibilityTests(ITestOutputHelper output) : IClassFixture<OneThread>
{
    private static readonly Gen<double> Fresh = Gen.Const(1.0);
    private static readonly Gen<double> Enlarged = Gen.Double[1, 8];
    private static readonly Gen<double> Ordinary = Gen.OneOf(1.0, 1e-3, 0.1, 10.0, 1000.0);

    private static readonly ScalarType[] Types = [ScalarType.Float64, ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16];

    public static IEnumerable<object[]> Kinds => Types.SelectMany(_ => Enumerable.Range(1, 3), (dtype, axes) => new object[] { dtype, axes });

    internal static double Bound(ScalarType dtype) => dtype switch
    {
        ScalarType.Float64 => 4e-15,
        ScalarType.Float32 => 2e-6,
        _ => 4,
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fresh_weights_are_undone_within_the_bound(ScalarType dtype, int axes)
        => RoundTrip.Cases(dtype, axes, Fresh, Ordinary).Sample(one => Require(one, one.Run().Error, Bound(dtype)), threads: 1);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Enlarged_weights_are_undone_within_the_amplified_bound(ScalarType dtype, int axes)
        => RoundTrip.Cases(dtype, axes, Enlarged, Ordinary).Sample(
            one =>
            {
                var (error, amplification) = one.Run();
                Require(one, error, Bound(dtype) * amplification);
            },
            threads: 1);

    // Beside such numbers the operators' outputs, at most 1, are nothing: every sum is its larger term.
    [Theory]
    [InlineData(ScalarType.Float64, 1e300)]
    [InlineData(ScalarType.Float32, 1e30)]
    [InlineData(ScalarType.BFloat16, 1e30)]
    public void Huge_inputs_come_back_bit_for_bit(ScalarType dtype, double magnitude)
        => Gen.Int[1, 3].SelectMany(axes => RoundTrip.Cases(dtype, axes, Fresh, Gen.Const(magnitude)))
            .Sample(one => Require(one, one.Run().Error, 0), threads: 1);

    // Below the normal numbers, floating point is fixed point, whose sums are exact: unless something flushes them to zero. A half type
    // is rounded on the way out, which is then not what the inverse computes from.
    [Theory]
    [InlineData(ScalarType.Float64, 1e-310)]
    [InlineData(ScalarType.Float32, 1e-40)]
    [InlineData(ScalarType.BFloat16, 1e-39)]
    [InlineData(ScalarType.Float16, 3e-6)]
    public void Denormal_inputs_come_back(ScalarType dtype, double magnitude)
        => Gen.Int[1, 3].SelectMany(axes => RoundTrip.Cases(dtype, axes, Fresh, Gen.Const(magnitude))).Where(one => !one.Bias)
            .Sample(
                one =>
                {
                    using var scope = NewDisposeScope();
                    Require(one, one.Run().Error, dtype is ScalarType.Float64 or ScalarType.Float32 ? 0 : Bound(dtype));
                    manual_seed(one.Seed);
                    (one.Batch == 0 || one.NewInput().LargestMagnitude() > 0).Should().BeTrue("zeros would show nothing");
                },
                threads: 1);

    [Fact]
    public void The_worst_inverse_errors_by_type_and_dimension()
    {
        output.WriteLine("Worst error of up(down(x)), the same seeded cases in every run. float64, float32: max |error| / max(1, max |x|);");
        output.WriteLine("bfloat16, float16: ulp of the largest magnitude met. Enlarged weights are fresh ones times 1 to 8; their error is");
        output.WriteLine("divided by what such weights may amplify rounding by, which stands at the end of the row.");
        output.WriteLine("");
        output.WriteLine($"{"",-18}{"1-D",10}{"2-D",10}{"3-D",10}{"bound",10}   times");
        foreach (var dtype in Types)
        {
            var bound = Bound(dtype);
            foreach (var (name, scale, amplified) in new[] { ("fresh", Fresh, false), ("enlarged", Enlarged, true) })
            {
                double[] worst = [.. Enumerable.Range(1, 3).Select(axes => Worst(RoundTrip.Cases(dtype, axes, scale, Ordinary), amplified))];
                var factor = amplified ? RoundTrip.AmplificationOf(dtype) : "1";
                output.WriteLine($"{$"{dtype} {name}",-18}{worst[0],10:g2}{worst[1],10:g2}{worst[2],10:g2}{bound,10:g2}   {factor}");
                worst.Should().OnlyContain(error => error <= bound, "{0} weights in {1} have that bound. {2}", name, dtype, ConvolutionCanary.Verdict);
            }
        }
    }

    private static double Worst(Gen<RoundTrip> cases, bool amplified)
    {
        var random = new PCG(1, 2104_00996);
        double worst = 0;
        for (var i = 0; i < 50; i++)
        {
            var (error, amplification) = cases.Generate(random, null, out _).Run();

            // Math.Max keeps a NaN.
            worst = Math.Max(worst, amplified ? error / amplification : error);
        }

        return worst;
    }

    private static void Require(RoundTrip one, double error, double bound)
    {
        // Not Should() with a reason, which is made even where nothing fails: the verdict takes a process to find.
        if (!(error <= bound))
        {
            Assert.Fail($"{one} is off by {error:g3}, and at most {bound:g3} is allowed. {ConvolutionCanary.Verdict}");
        }
    }
}

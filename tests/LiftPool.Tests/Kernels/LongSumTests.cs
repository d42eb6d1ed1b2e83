using LiftPool.Calls;
using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>Sums over long rows keep float32's digits: penalties within 2e-6 of float64, on the kernels weight gradients within 1e-5.</summary>
public sealed class LongSumTests(ITestOutputHelper output)
{
    // Exact in float32, as all of these signals are, and a number whose multiples are not.
    private const double Value = 0.7f;

    public static TheoryData<string> Paths => [.. ComputePath.Paths];

    [Theory]
    [MemberData(nameof(Paths))]
    [Trait(EachPath.Name, EachPath.Value)]
    public void Penalties_of_long_rows(string path)
    {
        foreach (var norm in Enum.GetValues<PenaltyNorm>())
        {
            foreach (var (name, x) in Signals())
            {
                using var scope = NewDisposeScope();
                using var exact = Pool(x.size(1), ScalarType.Float64);
                using var single = Pool(x.size(1), ScalarType.Float32);
                var (c_u, c_p) = On("tensor", () => exact.penalties(x, norm));
                var (u, p) = On(path, () => single.penalties(x.to(ScalarType.Float32), norm));

                var (ofU, ofP) = (Relative(u, c_u), Relative(p, c_p));
                output.WriteLine($"{path} {norm} {name}: c_u {ofU:E1}, c_p {ofP:E1}");
                ofU.Should().BeLessThanOrEqualTo(2e-6);
                ofP.Should().BeLessThanOrEqualTo(2e-6);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    [Trait(EachPath.Name, EachPath.Value)]
    public void Weight_gradients_of_long_rows(string path)
    {
        foreach (var (name, x) in Signals())
        {
            foreach (var (kind, pool) in Pools(x.size(1)))
            {
                using var scope = NewDisposeScope();
                using var exact = pool(ScalarType.Float64);
                using var single = pool(ScalarType.Float32);
                On("tensor", () => exact.forward(x)).sum().backward();
                On(path, () => single.forward(x.to(ScalarType.Float32))).sum().backward();

                var errors = single.parameters().Zip(exact.parameters(), (weight, right) => weight.grad!.RelativeNormTo(right.grad!)).ToArray();
                output.WriteLine($"{path} {name}, {kind}: {string.Join(", ", errors.Select(error => FormattableString.Invariant($"{error:E1}")))}");

                // The sums of LibTorch's own convolutions are not ours: docs/performance.md says what they lose.
                errors.Should().OnlyContain(error => error <= (path == "tensor" ? 1e-2 : 1e-5), "{0} of {1}", kind, name);
            }
        }
    }

    [Fact]
    public void Weight_gradients_over_many_items()
    {
        using var scope = NewDisposeScope();
        using var exact = Pool(1, ScalarType.Float64);
        using var single = Pool(1, ScalarType.Float32);
        var x = full([200_000, 1, 4], Value, ScalarType.Float64);
        On("tensor", () => exact.forward(x)).sum().backward();
        On("auto", () => single.forward(x.to(ScalarType.Float32))).sum().backward();

        foreach (var (weight, right) in single.parameters().Zip(exact.parameters()))
        {
            weight.grad!.RelativeNormTo(right.grad!).Should().BeLessThanOrEqualTo(1e-5);
        }
    }

    [Fact]
    public void An_infinite_term_makes_the_sum_infinite()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(LiftingScheme.Wavelet(Wavelet.Haar));
        var x = ones(1, 1, 4000);
        x[0, 0, 100] = tensor(float.PositiveInfinity);

        foreach (var path in ComputePath.Paths)
        {
            On(path, () => pool.penalties(x)).c_p.item<float>().Should().Be(float.PositiveInfinity, path);
        }
    }

    [Fact]
    public void A_sum_of_finite_terms_that_overflows_is_infinite()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(LiftingScheme.Wavelet(Wavelet.Haar));
        var x = tensor([2.5e18f, 0]).repeat(400).view(1, 1, -1);

        foreach (var path in ComputePath.Paths)
        {
            On(path, () => pool.penalties(x)).c_p.item<float>().Should().Be(float.PositiveInfinity, path);
        }
    }

    private static IEnumerable<(string Name, Tensor X)> Signals()
    {
        manual_seed(1);
        yield return ("16,000 equal, 16 channels", full([1, 16, 16_000], Value, ScalarType.Float64));
        yield return ("200,000 random, 16 channels", randn([1, 16, 200_000], ScalarType.Float32).to(ScalarType.Float64));
        yield return ("1,000,000 equal", full([1, 1, 1_000_000], Value, ScalarType.Float64));

        yield return ("1,000,000 random", randn([1, 1, 1_000_000], ScalarType.Float32).to(ScalarType.Float64));
    }

    // A loop written out for 5 taps, that for any number, filters, and the factors of a learned reduction.
    private static IEnumerable<(string Kind, Func<ScalarType, LiftDownPool1d> New)> Pools(long channels)
    {
        yield return ("5 taps", dtype => Pool(channels, dtype));
        yield return ("7 taps", dtype => Positive(new LiftDownPool1d(channels, 7, bias: true, dtype: dtype)));
        yield return ("filters", dtype => Positive(new LiftDownPool1d(LiftingScheme.Wavelet(Wavelet.Cdf53, learnable: true, channels, dtype: dtype))));
        yield return ("learned sum", dtype => Positive(new LiftDownPool1d(channels, reduction: BandReduction.Learned, dtype: dtype)));
    }

    private static LiftDownPool1d Pool(long channels, ScalarType dtype) => Positive(new LiftDownPool1d(channels, dtype: dtype));

    // So that no ReLU is near its kink or dead.
    private static LiftDownPool1d Positive(LiftDownPool1d pool)
    {
        using var noGrad = no_grad();
        foreach (var (weight, i) in pool.parameters().Select((weight, i) => (weight, i)))
        {
            weight.fill_(0.0625 * (i + 1));
        }

        return pool;
    }

    private static double Relative(Tensor found, Tensor right) => Math.Abs((found.to(ScalarType.Float64).item<double>() / right.item<double>()) - 1);

    private static T On<T>(string path, Func<T> compute)
    {
        using var forced = ComputePath.Force(path);
        return compute();
    }
}

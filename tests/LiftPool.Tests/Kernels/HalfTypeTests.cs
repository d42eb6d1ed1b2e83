using LiftPool.Calls;
using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>
/// bfloat16 and float16 on every path: computed in float32 and rounded once to the nearest on the way out, beside the same layer in
/// float64 with the same weights.
/// </summary>
public class HalfTypeTests(ITestOutputHelper output) : IClassFixture<OneThread>
{
    // A block that fills the widest vector, and one that shares most of its channels with it.
    private const int Channels = 19;

    // What float32 may add before the one rounding, of the largest magnitude.
    private const double Slack = 4e-6;

    public static TheoryData<ScalarType, string> Cases
    {
        get
        {
            var cases = new TheoryData<ScalarType, string>();
            foreach (var path in ComputePath.Paths)
            {
                cases.Add(ScalarType.BFloat16, path);
                cases.Add(ScalarType.Float16, path);
            }

            return cases;
        }
    }

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void An_operator_of_ones_own_sees_the_type_of_the_input(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var operation = new Recording();
        using var pool = new LiftDownPool2d(new LiftingScheme([LiftingStep.Predict(operation)]));

        pool.forward(ones([1, 2, 4, 4], dtype));

        operation.Seen.Should().NotBeEmpty().And.OnlyContain(seen => seen == dtype);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Outputs_and_bands_are_rounded_once(ScalarType dtype, string path)
    {
        foreach (var (axes, reduction, bands, lengths, channelsLast) in new (int, BandReduction, int?, long[], bool)[]
        {
            (1, BandReduction.Sum, null, [37], false),
            (1, BandReduction.Mean, null, [16], false),
            (2, BandReduction.Sum, null, [9, 14], false),
            (2, BandReduction.Mean, 0b0111, [8, 33], true),
            (2, BandReduction.Concat, 0b0110, [7, 7], false),
            (2, BandReduction.Learned, 0b1101, [10, 6], true),
            (2, BandReduction.Sum, 0b0001, [10, 6], false),
            (3, BandReduction.Sum, null, [5, 6, 7], true),
            (3, BandReduction.Learned, 0b10010110, [4, 4, 18], false),
        })
        {
            using var scope = NewDisposeScope();
            var (half, exact) = Pair(axes, dtype, reduction, bands, path);
            var x = Input([2, Channels, .. lengths], dtype, channelsLast);
            var (y, own) = On(path, () => half.forward_with_bands(x));
            var (wanted, ownWanted) = On("tensor", () => exact.forward_with_bands(x.to(ScalarType.Float64)));
            ShouldBeRounded(y, wanted, dtype, $"{axes}-D {reduction}");
            ShouldBeRounded(On(path, () => half.forward(x)), wanted, dtype, $"{axes}-D {reduction} alone");
            foreach (var name in own.Names)
            {
                ShouldBeRounded(own[name], ownWanted[name], dtype, $"{axes}-D {name}");
            }

            // The inverse of what the half type holds of the bands.
            using var up = AnyPool.Up(axes, half);
            using var upExact = AnyPool.Up(axes, exact);
            var widened = own.to(ScalarType.Float64);
            ShouldBeRounded(On(path, () => up.forward(own)), On("tensor", () => upExact.forward(widened)), dtype, $"{axes}-D inverse");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_and_penalties_are_rounded_once(ScalarType dtype, string path)
    {
        // A sample that is repeated, or in several windows of a maximum, has a gradient that is a sum.
        foreach (var (axes, lengths, channelsLast, ceilMode, window) in new (int, long[], bool, bool, DenseMax)[]
        {
            (1, [37], false, false, DenseMax.None),
            (2, [9, 14], false, false, DenseMax.None),
            (2, [8, 6], true, false, DenseMax.None),
            (3, [5, 6, 7], false, false, DenseMax.None),
            (1, [37], false, true, DenseMax.None),
            (3, [5, 5, 7], false, true, DenseMax.None),
            (1, [36], false, false, DenseMax.Ahead),
            (2, [9, 14], true, true, DenseMax.Back),
            (3, [5, 6, 7], false, false, DenseMax.Valid),
        })
        {
            using var scope = NewDisposeScope();
            var (half, exact) = Pair(axes, dtype, BandReduction.Learned, null, path, ceilMode, window);
            var x = Input([2, Channels, .. lengths], dtype, channelsLast);
            var upstream = On("tensor", () => half.forward(x).detach());
            var found = Gradients(half, x, upstream, path);
            var wanted = Gradients(exact, x.to(ScalarType.Float64), upstream.to(ScalarType.Float64), "tensor");
            foreach (var (name, gradient) in found)
            {
                if (name is "c_u" or "c_p")
                {
                    gradient.dtype.Should().Be(ScalarType.Float32);
                    gradient.ErrorTo(wanted[name]).Should().BeLessThanOrEqualTo(2e-6, name);
                    continue;
                }

                ShouldBeRounded(gradient, wanted[name], dtype, $"{axes}-D gradient of {name}", slack: 2e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void No_path_is_further_from_float64_than_LibTorchs_own_operations_in_that_type(ScalarType dtype, string path)
    {
        using var scope = NewDisposeScope();
        var (half, exact) = Pair(1, dtype, BandReduction.Sum, null, path);
        var x = Input([3, Channels, 64], dtype, channelsLast: false);
        var weights = half.named_parameters().ToDictionary(weight => weight.name, weight => weight.parameter);
        Tensor Operator(string name, Tensor of)
        {
            var sum = nn.functional.conv1d(of, weights[$"scheme.{name}.conv.weight"], padding: 2, groups: Channels);
            return nn.functional.conv1d(sum.relu(), weights[$"scheme.{name}.proj.weight"], groups: Channels).tanh();
        }

        Tensor odd = x.slice(2, 0, 64, 2).contiguous(), even = x.slice(2, 1, 64, 2).contiguous();
        var detail = odd - Operator("predict", even);
        var naive = even + Operator("update", detail) + detail;
        var wanted = On("tensor", () => exact.forward(x.to(ScalarType.Float64)));
        var (ours, theirs) = (On(path, () => half.forward(x)).RelativeNormTo(wanted), naive.RelativeNormTo(wanted));
        output.WriteLine($"{dtype} {path}: {ours:E1}, LibTorch's operations {theirs:E1}");
        ours.Should().BeLessThan(theirs);
    }

    /// <summary>A layer and the same in float64, with weights that the half type holds.</summary>
    private static (LiftDownPool Half, LiftDownPool Exact) Pair(
        int axes,
        ScalarType dtype,
        BandReduction reduction,
        int? bands,
        string path,
        bool ceilMode = false,
        DenseMax window = DenseMax.None)
    {
        manual_seed(7);
        LiftDownPool New(ScalarType type)
            => AnyPool.Down(axes, Channels, 5, bands, reduction, bias: true, ceil_mode: ceilMode, dtype: type, dense_max: window);
        var (half, exact) = (New(dtype), New(ScalarType.Float64));
        using var noGrad = no_grad();
        foreach (var (weight, other) in exact.parameters().Zip(half.parameters()))
        {
            weight.copy_(other);
        }

        return (half, exact);
    }

    private static Tensor Input(long[] shape, ScalarType dtype, bool channelsLast)
        => Lifting.MemoryLayout.Dense(randn(shape).to(dtype), channelsLast);

    private static T On<T>(string path, Func<T> compute)
    {
        using var forced = ComputePath.Force(path);
        var result = compute();
        ComputePath.Last.Should().Be(path);
        return result;
    }

    private static Dictionary<string, Tensor> Gradients(LiftDownPool pool, Tensor input, Tensor upstream, string path)
    {
        var x = input.detach().requires_grad_();
        using var penalty = new LiftRegularizer(lambda_u: 0.3, lambda_p: 0.7);
        var y = On(path, () => pool.forward(x));
        var values = new Dictionary<string, Tensor> { ["c_u"] = penalty.c_u.detach().clone(), ["c_p"] = penalty.c_p.detach().clone() };
        (y.mul(upstream).sum(ScalarType.Float64) + penalty.loss()).backward();
        foreach (var (name, weight) in pool.named_parameters())
        {
            values[name] = weight.grad!;
        }

        values["the input"] = x.grad!;
        return values;
    }

    /// <summary>Each value is as near as the type has one, but for what float32 adds.</summary>
    internal static void ShouldBeRounded(Tensor found, Tensor exact, ScalarType dtype, string what, double slack = Slack)
    {
        found.dtype.Should().Be(dtype);
        var (fraction, smallest) = dtype == ScalarType.BFloat16 ? (8, Math.ScaleB(1, -134)) : (11, Math.ScaleB(1, -25));
        var (wanted, given) = (exact.to(ScalarType.Float64), found.to(ScalarType.Float64));

        // Half a unit of the last place: of 2^e to 2^(e + 1) it is 2^(e - fraction).
        var halfUnit = wanted.abs().clamp_min(1e-300).log2().floor().sub(fraction).exp2().clamp_min(smallest);
        var allowed = halfUnit.mul(1.0001).add(slack * wanted.LargestMagnitude());
        var worst = given.sub(wanted).abs().div(allowed).max().item<double>();
        worst.Should().BeLessThanOrEqualTo(1, "{0} is rounded once", what);
    }

    private sealed class Recording() : Module<Tensor, Tensor>(nameof(Recording))
    {
        internal List<ScalarType> Seen { get; } = [];

        public override Tensor forward(Tensor input)
        {
            Seen.Add(input.dtype);
            return input.alias();
        }
    }
}

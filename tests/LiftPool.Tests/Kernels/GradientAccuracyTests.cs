using LiftPool.Calls;
using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>
/// Float32 gradients beside float64's where what an operator gives is far larger than what it is added to, as a bias makes it of small
/// signals, and far smaller: no path may lose the digits that tensor operations keep.
/// </summary>
[Trait(EachPath.Name, EachPath.Value)]
public class GradientAccuracyTests(ITestOutputHelper output) : IClassFixture<OneThread>
{
    private const int Channels = 16;

    public static TheoryData<int, bool> Cases => new() { { 1, false }, { 1, true }, { 2, false }, { 2, true }, { 3, false }, { 3, true } };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Small_and_large_signals_keep_their_digits(int axes, bool bias)
    {
        foreach (var scale in new[] { 1e-6, 1e-3, 1, 1e3, 1e6 })
        {
            using var scope = NewDisposeScope();
            manual_seed(3);
            using var single = AnyPool.Down(axes, Channels, bias: bias, reduction: BandReduction.Learned);
            using var exact = AnyPool.Down(axes, Channels, bias: bias, reduction: BandReduction.Learned, dtype: ScalarType.Float64);
            using (no_grad())
            {
                foreach (var (weight, other) in exact.parameters().Zip(single.parameters()))
                {
                    weight.copy_(other);
                }
            }

            var x = randn([2, Channels, .. new long[] { 12, 14, 10 }[..axes]]).mul(scale);
            var upstream = On("tensor", () => randn_like(single.forward(x).detach()));
            var wanted = Gradients(exact, x.to(ScalarType.Float64), upstream.to(ScalarType.Float64), "tensor");
            var composed = Errors(Gradients(single, x, upstream, "tensor"), wanted);
            foreach (var path in EachPath.Kernels)
            {
                var errors = Errors(Gradients(single, x, upstream, path), wanted);
                output.WriteLine($"{axes}-D, bias {bias}, signals of {scale:g1}, {path}: {errors.Values.Max():E1}, tensor operations {composed.Values.Max():E1}");

                // Of a saturated tanh few digits of the derivative are left: what rounding makes of them differs.
                errors.Values.Max().Should().BeLessThanOrEqualTo(Math.Max(2e-6, 4 * composed.Values.Max()), "signals of {0} on {1}", scale, path);
            }
        }
    }

    private static T On<T>(string path, Func<T> compute)
    {
        using var forced = ComputePath.Force(path);
        return compute();
    }

    private static Dictionary<string, Tensor> Gradients(LiftDownPool pool, Tensor input, Tensor upstream, string path)
    {
        pool.zero_grad();
        var x = input.detach().requires_grad_();
        On(path, () => pool.forward(x)).backward([upstream]);
        var values = pool.named_parameters().ToDictionary(weight => weight.name, weight => weight.parameter.grad!.clone());
        values["the input"] = x.grad!;
        return values;
    }

    private static Dictionary<string, double> Errors(Dictionary<string, Tensor> found, Dictionary<string, Tensor> wanted)
        => found.ToDictionary(one => one.Key, one => one.Value.RelativeNormTo(wanted[one.Key]));
}

using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using CsCheck;
using LiftPool.Kernels;
using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>Every kernel that this machine has gives what tensor operations give, and it is the kernel that ran.</summary>
public class KernelTests(ITestOutputHelper output) : IClassFixture<OneThread>
{
    /// <summary>The widths this machine has; "scalar" is one channel at a time.</summary>
    public static TheoryData<string> Paths =>
    [
        "scalar",
        .. Vector128.IsHardwareAccelerated ? ["128"] : Array.Empty<string>(),
        .. Vector256.IsHardwareAccelerated ? ["256"] : Array.Empty<string>(),
        .. Vector512.IsHardwareAccelerated ? ["512"] : Array.Empty<string>(),
    ];

    private sealed record Case(
        int Axes, ScalarType Dtype, int Batch, int Channels, int Height, int Width, int KernelSize, bool Bias,
        PaddingModes Padding, bool Ceil, bool ChannelsLast, int Bands, BandReduction Reduction, bool Penalties, PenaltyNorm Norm)
    {
        internal LiftDownPool Pool() => Axes == 1
            ? new LiftDownPool1d(Channels, KernelSize, (Bands1d)Bands, Reduction, bias: Bias, padding_mode: Padding, ceil_mode: Ceil, dtype: Dtype)
            : new LiftDownPool2d(Channels, KernelSize, (Bands2d)Bands, Reduction, bias: Bias, padding_mode: Padding, ceil_mode: Ceil, dtype: Dtype);

        internal LiftUpPool UpPool(LiftDownPool pool) => Axes == 1 ? new LiftUpPool1d(pool) : new LiftUpPool2d(pool);

        internal Tensor Input()
        {
            if (Axes == 1)
            {
                return randn(Batch, Channels, Width, dtype: Dtype);
            }

            return ChannelsLast
                ? randn(Batch, Height, Width, Channels, dtype: Dtype).permute(0, 3, 1, 2)
                : randn(Batch, Channels, Height, Width, dtype: Dtype);
        }
    }

    // Enough channels for the widest vector, a rest that does not fill one, and every length from what the padding takes to 70.
    private static readonly Gen<Case> Cases =
        from axes in Gen.Int[1, 2]
        from dtype in Gen.OneOf(ScalarType.Float64, ScalarType.Float32)
        from batch in Gen.Int[1, 3]
        from channels in Gen.Int[16, 37]
        from kernel in Gen.OneOf(1, 3, 5, 7)
        from padding in Gen.OneOf(PaddingModes.Zeros, PaddingModes.Reflect, PaddingModes.Replicate, PaddingModes.Circular)
        let least = padding is PaddingModes.Reflect or PaddingModes.Circular ? kernel + 2 : 2
        from height in Gen.Int[least, axes == 1 ? least : 70]
        from width in Gen.Int[least, 70]
        from flags in Gen.Bool.Array[4]
        from bands in Gen.Int[1, (1 << (1 << axes)) - 1]
        from reduction in Gen.OneOf(BandReduction.Sum, BandReduction.Mean, BandReduction.Concat, BandReduction.Learned)
        from norm in Gen.OneOf(PenaltyNorm.MeanSquare, PenaltyNorm.L2)
        select new Case(axes, dtype, batch, channels, height, width, kernel, flags[0], padding, flags[1], flags[2], bands, reduction, flags[3], norm);

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_kernel_equals_tensor_operations(string path)
    {
        var worst = new Dictionary<(string What, ScalarType Dtype), double>();
        Cases.Sample(
            sample =>
            {
                using var scope = NewDisposeScope();
                manual_seed(sample.GetHashCode());
                using var pool = sample.Pool();
                var x = sample.Input();
                var (wanted, wantedPath) = Values(sample, pool, x, "tensor");
                var (found, foundPath) = Values(sample, pool, x, path);
                wantedPath.Should().Be("tensor");
                foundPath.Should().Be(path);
                foreach (var (name, value) in found)
                {
                    // Values against the largest magnitude; gradients, sums of many terms, by their norm. Where a ReLU's
                    // argument is within rounding of zero the two may take either side, which float32 meets now and then:
                    // its gradients are compared at points away from there, in GradientTests, on whichever path is forced.
                    var gradient = name.StartsWith("gradient", StringComparison.Ordinal);
                    if (gradient && sample.Dtype == ScalarType.Float32)
                    {
                        continue;
                    }

                    var error = gradient ? value.RelativeNormTo(wanted[name]) : value.ErrorTo(wanted[name]);
                    var bound = gradient ? 1e-10 : sample.Dtype == ScalarType.Float64 ? 1e-12 : 2e-6;
                    error.Should().BeLessThanOrEqualTo(bound, "{0} of {1} agrees", name, sample);
                    var key = (gradient ? "gradients" : "values", sample.Dtype);
                    worst[key] = Math.Max(worst.GetValueOrDefault(key), error);
                }
            },
            iter: 60,
            threads: 1);
        foreach (var ((what, dtype), error) in worst)
        {
            output.WriteLine($"{path} against tensor operations, {dtype} {what}: {error:E1}");
        }
    }

    [Fact]
    public void What_no_kernel_covers_goes_to_tensor_operations()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var auto = ComputePath.Force("auto");
        var x = randn(2, 16, 8, 8, dtype: ScalarType.Float64);
        PathOf(new LiftDownPool2d(16, dtype: ScalarType.Float64), x).Should().NotBe("tensor");
        PathOf(new LiftDownPool2d(16, groups: 4, dtype: ScalarType.Float64), x).Should().Be("tensor");
        PathOf(new LiftDownPool2d(16, proj_groups: 1, dtype: ScalarType.Float64), x).Should().Be("tensor");
        PathOf(new LiftDownPool2d(new LiftingScheme(nn.Identity(), nn.Identity())), x).Should().Be("tensor");
        PathOf(new LiftDownPool3d(16, dtype: ScalarType.Float64), x.unsqueeze(2).expand(-1, -1, 4, -1, -1)).Should().Be("tensor");
        PathOf(new LiftDownPool2d(16, dtype: ScalarType.BFloat16), x.to(ScalarType.BFloat16)).Should().Be("tensor");

        var hooked = new LiftDownPool2d(16, dtype: ScalarType.Float64);
        var calls = 0;
        var hook = ((nn.Module<Tensor, Tensor>)hooked.Scheme.named_children().First().module).register_forward_hook(_ => calls++);
        PathOf(hooked, x).Should().Be("tensor");
        calls.Should().BePositive();
        hook.remove();
        PathOf(hooked, x).Should().NotBe("tensor");
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void NaN_and_infinity_come_out_where_tensor_operations_let_them(string path)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        foreach (var dtype in new[] { ScalarType.Float64, ScalarType.Float32 })
        {
            foreach (var special in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
            {
                using var pool = new LiftDownPool2d(19, dtype: dtype);
                var x = randn(1, 19, 12, 11, dtype: dtype);
                x[0, 3, 5, 4] = tensor(special, dtype);
                var (wanted, _) = Bands(pool, x, "tensor");
                var (found, _) = Bands(pool, x, path);
                for (var i = 0; i < wanted.Count; i++)
                {
                    found[i].isnan().eq(wanted[i].isnan()).all().item<bool>().Should().BeTrue("band {0} of {1} {2} has NaN there", i, dtype, special);
                    var finite = wanted[i].isfinite();
                    found[i].isfinite().eq(finite).all().item<bool>().Should().BeTrue();
                    found[i].masked_select(finite).ErrorTo(wanted[i].masked_select(finite)).Should().BeLessThan(2e-6);
                }
            }
        }
    }

    [Fact]
    public void A_fault_inside_backward_reaches_the_caller_and_the_next_step_is_right()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var auto = ComputePath.Force("auto");
        using var pool = new LiftDownPool2d(16);
        var x = randn(2, 16, 8, 8).requires_grad_(true);
        var changed = x.mul(2);
        var y = pool.forward(changed);
        ComputePath.Last.Should().NotBe("tensor");
        using (no_grad())
        {
            // What backward needs is gone.
            changed.zero_();
        }

        y.sum().Invoking(loss => loss.backward()).Should().Throw<ExternalException>();
        RecomputingFunction.LastFault.Should().NotBeNull();

        pool.zero_grad();
        pool.forward(x).sum().backward();
        x.grad!.abs().sum().item<float>().Should().BePositive();
        pool.parameters().Should().OnlyContain(weight => weight.HasUsefulGrad());
    }

    [Theory]
    [InlineData("fast")]
    [InlineData("1024")]
    public void An_unknown_kernel_is_refused(string text)
        => FluentActions.Invoking(() => ComputePath.WidestBits(text)).Should().Throw<InvalidOperationException>().WithMessage($"*LIFTPOOL_KERNEL*{text}*");

    private static string PathOf(LiftDownPool pool, Tensor x)
    {
        pool.forward(x);
        return ComputePath.Last;
    }

    private static (List<Tensor> bands, string path) Bands(LiftDownPool pool, Tensor x, string path)
    {
        using var forced = ComputePath.Force(path);
        var (y, bands) = pool.forward_with_bands(x);
        return ([y, .. bands.Names.Select(name => bands[name])], ComputePath.Last);
    }

    /// <summary>Outputs, bands, penalties, the inverse, and the gradients of a loss of all of them, on one path.</summary>
    private static (Dictionary<string, Tensor> values, string path) Values(Case sample, LiftDownPool pool, Tensor input, string path)
    {
        using var forced = ComputePath.Force(path);
        manual_seed(sample.GetHashCode());
        pool.zero_grad();
        var x = input.detach().requires_grad_(true);
        using var penalty = sample.Penalties ? new LiftRegularizer(lambda_u: 0.3, lambda_p: 0.7, sample.Norm) : null;
        var plain = pool.forward(x);
        var taken = ComputePath.Last;
        var (y, bands) = pool.forward_with_bands(x);
        using var up = sample.UpPool(pool);
        var features = bands[bands.Names[0]].mul(0.5);
        var restored = up.forward(bands);
        var decoded = up.forward(features, bands);
        var values = new Dictionary<string, Tensor> { ["plain"] = plain, ["output"] = y, ["restored"] = restored, ["decoded"] = decoded };
        foreach (var name in bands.Names)
        {
            values[name] = bands[name];
        }

        var loss = values.Values.Select(value => value.mul(randn_like(value)).sum()).Aggregate((sum, term) => sum + term);
        if (penalty is not null)
        {
            values["c_u"] = penalty.c_u;
            values["c_p"] = penalty.c_p;
            loss += penalty.loss();
        }

        loss.backward();
        foreach (var (name, weight) in pool.named_parameters())
        {
            values[$"gradient of {name}"] = weight.grad!;
        }

        values["gradient of the input"] = x.grad!;
        return (values.ToDictionary(value => value.Key, value => value.Value.detach().clone()), taken);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CsCheck;
using LiftPool.Calls;
using LiftPool.Kernels;
using LiftPool.Lifting;
using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>Every kernel that this machine has gives what tensor operations give, and it is the kernel that ran.</summary>
[Trait(EachPath.Name, EachPath.Value)]
public class KernelTests(ITestOutputHelper output) : IClassFixture<OneThread>
{
    /// <summary>The kernels this machine has; "scalar" is one channel at a time.</summary>
    public static TheoryData<string> Paths => [.. EachPath.Kernels];

    private sealed record Case(PoolSettings Settings, ScalarType Dtype, long[] Shape, bool ChannelsLast, bool Penalties, PenaltyNorm Norm, int Seed)
    {
        internal Tensor Input()
        {
            var x = randn(Shape, Dtype);
            return ChannelsLast && Settings.Axes >= 2 ? MemoryLayout.Dense(x, channelsLast: true) : x;
        }

        public override string ToString()
            => $"{Settings.Axes}-D [{string.Join(", ", Shape)}] {Dtype} k{Settings.KernelSize} bias {Settings.Bias} {Settings.PaddingMode} ceil {Settings.CeilMode} "
                + $"{Settings.Reduction} of bands {Settings.Bands:b}, channels-last {ChannelsLast}, penalties {Penalties} {Norm}, seed {Seed}";
    }

    // Enough channels for the widest vector, a rest that does not fill one, and every length from what the padding takes to 70.
    private static readonly Gen<Case> Cases =
        from axes in Gen.Int[1, 3]
        from dtype in Gen.OneOf(ScalarType.Float64, ScalarType.Float32)
        from batch in Gen.Int[1, 3]
        from channels in Gen.Int[16, 37]
        from kernel in Gen.OneOf(1, 3, 5, 7)
        from padding in Gen.OneOf(AnyPool.Paddings)
        let least = padding is PaddingModes.Reflect or PaddingModes.Circular ? kernel + 2 : 2
        let most = axes == 3 ? least + 12 : 70
        from depth in Gen.Int[least, axes == 3 ? most : least]
        from height in Gen.Int[least, axes == 1 ? least : most]
        from width in Gen.Int[least, most]
        from flags in Gen.Bool.Array[4]
        from bands in Gen.Int[1, (1 << (1 << axes)) - 1]
        from reduction in Gen.OneOf(Enum.GetValues<BandReduction>())
        from norm in Gen.OneOf(PenaltyNorm.MeanSquare, PenaltyNorm.L2)
        from seed in Gen.Int[0, 999]
        select new Case(
            new PoolSettings(axes) { Channels = channels, KernelSize = kernel, Bias = flags[0], PaddingMode = padding, CeilMode = flags[1], Bands = bands, Reduction = reduction },
            dtype,
            axes switch { 1 => [batch, channels, width], 2 => [batch, channels, height, width], _ => [batch, channels, depth, height, width] },
            flags[2],
            flags[3],
            norm,
            seed);

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_kernel_equals_tensor_operations(string path)
    {
        var worst = new Dictionary<(string What, ScalarType Dtype), double>();
        Cases.Sample(
            sample =>
            {
                using var scope = NewDisposeScope();
                manual_seed(sample.Seed);
                using var pool = sample.Settings.NewDownPool(sample.Dtype);
                var x = sample.Input();
                PenaltyNorm? norm = sample.Penalties ? sample.Norm : null;
                var wanted = PathValues.Of(pool, sample.Settings.Axes, x, "tensor", sample.Seed, norm);
                var found = PathValues.Of(pool, sample.Settings.Axes, x, path, sample.Seed, norm);
                foreach (var (name, value) in found)
                {
                    // Values against the largest magnitude; gradients, sums of many terms, by their norm. Where a ReLU's
                    // argument is within rounding of zero the two may take either side, which float32 meets now and then:
                    // its gradients are compared away from there, in the next test.
                    var gradient = PathValues.IsGradient(name);
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

    [Theory]
    [MemberData(nameof(Paths))]
    public void Float32_gradients_of_every_kernel_agree_with_float64(string path)
    {
        foreach (var one in GradientCase.Wide)
        {
            using var scope = NewDisposeScope();
            using var point = GradientPoint.Draw(one);
            using var single = GradientPoint.Again(one, ScalarType.Float32, point.Seed);
            var exact = GradientsOn("tensor", point);
            var found = GradientsOn(path, single);

            var worst = found.Zip(exact, (actual, right) => actual.RelativeNormTo(right, GradientTests.SmallestNorm)).Aggregate(0.0, Math.Max);
            output.WriteLine($"{one.Name}: {worst:E1}");
            worst.Should().BeLessThanOrEqualTo(GradientTests.Float32Tolerance, "{0}", one.Name);
        }

        static Tensor[] GradientsOn(string path, GradientPoint point)
        {
            using var forced = ComputePath.Force(path);
            var loss = point.Function();
            ComputePath.Last.Should().Be(path);
            return Derivative.Of(loss, point.Variables, createGraph: false);
        }
    }

    [Theory]
    [InlineData(PaddingModes.Circular)]
    [InlineData(PaddingModes.Zeros)]
    public void Only_rows_that_a_thread_cannot_hold_go_to_tensor_operations(PaddingModes padding)
    {
        using var scope = NewDisposeScope();
        using var auto = ComputePath.Force("auto");
        var pool = new LiftDownPool2d(1, padding_mode: padding);
        Tensor Plane(long height, long width) => zeros(1, 1, 1, 1).expand(1, 1, height, width);
        bool InKernels(Tensor plane) => ComputePath.Choose(new DownRequest(pool.Scheme.Steps, LiftedAxes.All(2)) { CeilMode = false }, [plane]) is not null;

        // All of a plane would be in work at once with circular padding: it goes in pieces.
        InKernels(Plane(5000, 5000)).Should().BeTrue();
        InKernels(Plane(1000, 10_000)).Should().BeTrue();
        InKernels(Plane(1000, 1_000_000)).Should().BeFalse();

        // More than 2 GiB, which TorchSharp does not hand out at once.
        InKernels(Plane(30_000, 20_000)).Should().BeTrue();
        InKernels(Plane(100_000, 20_000)).Should().BeFalse("pixels are counted in 32 bits");
    }

    [Fact]
    public void Tanh_is_as_close_as_its_documentation_says()
    {
        double single = 0, whole = 0;
        foreach (var scale in new[] { 1, 1e-3, 1e-8, 1e-30 })
        {
            for (var x = -22.0; x <= 22; x += 1.0 / 1024)
            {
                var (small, exact) = ((float)(x * scale), x * scale);
                single = Math.Max(single, Error(Tanh(small), Math.Tanh(small)));
                whole = Math.Max(whole, Error(Tanh(exact), Math.Tanh(exact)));
            }
        }

        foreach (var x in new[] { 8.5f, 9, 100, 1e30f, float.PositiveInfinity })
        {
            (Tanh(x), Tanh(-x), Tanh((double)x * 3)).Should().Be((1, -1, 1), "its derivative is 0 at {0}", x);
        }

        output.WriteLine($"float {single:E1}, double {whole:E1}");
        single.Should().BeLessThanOrEqualTo(7e-7);
        whole.Should().BeLessThanOrEqualTo(4e-16);

        static double Error(double found, double right) => right == 0 ? Math.Abs(found) : Math.Abs((found - right) / right);

        static unsafe T Tanh<T>(T x)
            where T : unmanaged
        {
            var terms = stackalloc LanesScalar<T>[Activation.TermCount];
            Activation.StoreTerms<LanesScalar<T>, T>(terms);
            return Unsafe.BitCast<LanesScalar<T>, T>(Activation.Tanh<LanesScalar<T>, T>(LanesScalar<T>.Create(x), new TanhTerms<LanesScalar<T>>(terms)));
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
        PathOf(new LiftDownPool3d(16, dtype: ScalarType.Float64), x.unsqueeze(2).expand(-1, -1, 4, -1, -1)).Should().NotBe("tensor");
        PathOf(new LiftDownPool2d(16, dtype: ScalarType.BFloat16), x.to(ScalarType.BFloat16)).Should().NotBe("tensor");

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
        BackwardFault.Last.Should().NotBeNull();

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
}

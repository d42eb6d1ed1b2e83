using LiftPool.Calls;
using LiftPool.Lifting;
using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>The named wavelets, fixed, learnable and lossless, on every path.</summary>
public sealed class WaveletTests(ITestOutputHelper output) : IClassFixture<OneThread>
{
    // A block for the widest vector and one that shares most channels with it.
    private const int Channels = 17;

    public static TheoryData<Wavelet> All => [.. Enum.GetValues<Wavelet>()];

    public static TheoryData<string> Paths => [.. ComputePath.Paths];

    public static TheoryData<Wavelet, string> OnEveryPath
    {
        get
        {
            var data = new TheoryData<Wavelet, string>();
            foreach (var wavelet in Enum.GetValues<Wavelet>())
            {
                foreach (var path in ComputePath.Paths)
                {
                    data.Add(wavelet, path);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(OnEveryPath))]
    public void Coefficients_are_those_of_PyWavelets(Wavelet wavelet, string path)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force(path);
        var known = WaveletFile.Content.Wavelets.Single(one => one.Name == wavelet);

        var worst = new[]
        {
            Worst(1, PaddingModes.Circular, known.Signal, known.Circular),
            known.Mirrored is null ? 0 : Worst(1, PaddingModes.Replicate, known.Signal, known.Mirrored),
            Worst(2, PaddingModes.Circular, known.Image, known.Bands),
        };

        output.WriteLine($"{wavelet} on {path}: circular {worst[0]:E1}, mirrored {worst[1]:E1}, 2-D {worst[2]:E1}");
        worst.Should().OnlyContain(error => error <= 1e-12);

        double Worst(int axes, PaddingModes padding, FixtureTensor signal, Dictionary<string, FixtureTensor> expected)
        {
            using var pool = AnyPool.Down(axes, LiftingScheme.Wavelet(wavelet, padding_mode: padding, dtype: ScalarType.Float64));
            var (_, bands) = pool.forward_with_bands(OnAllChannels(signal));
            ComputePath.Last.Should().Be(path);
            bands.Names.Should().BeEquivalentTo(expected.Keys);
            return bands.Names.Max(name => bands[name].ErrorTo(OnAllChannels(expected[name])));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Inside_the_padding_does_not_matter(Wavelet wavelet)
    {
        using var scope = NewDisposeScope();
        var known = WaveletFile.Content.Wavelets.Single(one => one.Name == wavelet);
        foreach (var padding in new[] { PaddingModes.Zeros, PaddingModes.Reflect, PaddingModes.Replicate })
        {
            using var scheme = LiftingScheme.Wavelet(wavelet, padding_mode: padding, dtype: ScalarType.Float64);
            var (s, d) = scheme.lift(OnAllChannels(known.Signal));
            s[TensorIndex.Ellipsis, 4..8].ErrorTo(OnAllChannels(known.Circular["L"])[TensorIndex.Ellipsis, 4..8]).Should().BeLessThanOrEqualTo(1e-12);
            d[TensorIndex.Ellipsis, 4..8].ErrorTo(OnAllChannels(known.Circular["H"])[TensorIndex.Ellipsis, 4..8]).Should().BeLessThanOrEqualTo(1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(OnEveryPath))]
    public void Every_signal_comes_back(Wavelet wavelet, string path)
    {
        using var forced = ComputePath.Force(path);
        foreach (var ceilMode in new[] { false, true })
        {
            foreach (var size in new long[][] { [8], [13], [64], [7, 10], [12, 9], [6, 5, 8] })
            {
                using var scope = NewDisposeScope();
                using var pool = AnyPool.Down(size.Length, LiftingScheme.Wavelet(wavelet, dtype: ScalarType.Float64), ceil_mode: ceilMode);
                using var up = AnyPool.Up(size.Length, pool);
                var x = randn([2, Channels, .. size], ScalarType.Float64);

                var (_, bands) = pool.forward_with_bands(x);

                up.forward(bands).LargestErrorTo(x).Should().BeLessThan(2e-14 * x.LargestMagnitude() * (1 << size.Length), "{0}", string.Join('x', size));
            }
        }
    }

    [Theory]
    [MemberData(nameof(OnEveryPath))]
    [Trait(EachPath.Name, EachPath.Value)]
    public void Values_and_gradients_are_those_of_tensor_operations(Wavelet wavelet, string path)
    {
        foreach (var (axes, channels, padding, norm, bands, reduction) in new (int, long?, PaddingModes, PenaltyNorm?, int?, BandReduction)[]
        {
            (1, Channels, PaddingModes.Replicate, PenaltyNorm.L2, null, BandReduction.Sum),
            (2, Channels, PaddingModes.Zeros, PenaltyNorm.MeanSquare, 0b0101, BandReduction.Learned),
            (2, Channels, PaddingModes.Reflect, null, null, BandReduction.Learned),
            (2, null, PaddingModes.Circular, null, 0b0111, BandReduction.Mean),
            (2, null, PaddingModes.Replicate, PenaltyNorm.L2, 0b1010, BandReduction.Concat),
            (2, null, PaddingModes.Replicate, null, 0b0001, BandReduction.Sum),
            (3, Channels, PaddingModes.Reflect, PenaltyNorm.L2, 0b01001011, BandReduction.Learned),
        })
        {
            foreach (var dtype in new[] { ScalarType.Float64, ScalarType.Float32 })
            {
                using var scope = NewDisposeScope();
                manual_seed(1);
                using var pool = AnyPool.Down(axes, LiftingScheme.Wavelet(wavelet, learnable: true, channels, padding_mode: padding, dtype: dtype), bands, reduction, Channels, ceil_mode: axes == 2);
                var x = MemoryLayout.Dense(randn([2, Channels, .. new long[] { 14, 19, 13 }[..axes]], dtype), channelsLast: axes == 2 && channels is null);
                var wanted = PathValues.Of(pool, axes, x, "tensor", seed: 2, norm);
                foreach (var (name, value) in PathValues.Of(pool, axes, x, path, seed: 2, norm))
                {
                    // In float32 both sides are rounded.
                    value.RelativeNormTo(wanted[name]).Should().BeLessThanOrEqualTo(dtype == ScalarType.Float64 ? 1e-12 : 2e-5, "{0} of {1}-D {2} {3} agrees", name, axes, padding, reduction);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(OnEveryPath))]
    [Trait(EachPath.Name, EachPath.Value)]
    public void Second_derivatives_are_those_of_tensor_operations(Wavelet wavelet, string path)
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        using var pool = new LiftDownPool2d(LiftingScheme.Wavelet(wavelet, learnable: true, dtype: ScalarType.Float64), reduction: BandReduction.Mean);
        var x = randn([1, Channels, 8, 9], ScalarType.Float64, requires_grad: true);
        Tensor[] variables = [x, .. pool.parameters()];

        foreach (var (found, wanted) in Seconds(path).Zip(Seconds("tensor")))
        {
            found.RelativeNormTo(wanted, smallest: 1e-3).Should().BeLessThanOrEqualTo(1e-12);
            wanted.LargestMagnitude().Should().BePositive();
        }

        Tensor[] Seconds(string forcedPath)
        {
            using var forced = ComputePath.Force(forcedPath);
            var loss = Gradients.Weighed(pool.forward(x).tanh());
            ComputePath.Last.Should().Be(forcedPath);
            var first = Derivative.Of(loss, variables, createGraph: true);
            return Derivative.Of(first.Select(gradient => gradient.square().sum()).Aggregate((sum, term) => sum + term), variables, createGraph: false);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Infinity_passes_the_rounding_with_and_without_gradients(string path)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force(path);
        using var pool = new LiftDownPool1d(LiftingScheme.Wavelet(Wavelet.Haar, lossless: true, dtype: ScalarType.Float64));
        var x = zeros(1, Channels, 8, dtype: ScalarType.Float64);
        x[0, 3, 5] = tensor(double.PositiveInfinity, ScalarType.Float64);

        foreach (var input in new[] { x, x.detach().requires_grad_() })
        {
            pool.forward_with_bands(input).bands["H"][0, 3, 2].item<double>().Should().Be(double.NegativeInfinity);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Down_and_up_take_the_same_path_at_the_limit_too(bool ceilMode)
    {
        using var scope = NewDisposeScope();
        using var auto = ComputePath.Force("auto");
        using var scheme = LiftingScheme.Wavelet(Wavelet.Cdf97);
        int? Down(long width) => ComputePath.Choose(new DownRequest(scheme.Steps, LiftedAxes.All(2)) { CeilMode = ceilMode }, [zeros(1).expand(1, 1, 1000, width)])?.Bits;

        // The width of which a thread holds too few rows.
        var (fits, tooWide) = (1000L, 1_000_000L);
        (Down(fits) is null, Down(tooWide) is null).Should().Be((false, true));
        while (tooWide - fits > 1)
        {
            var middle = (fits + tooWide) / 2;
            (fits, tooWide) = Down(middle) is null ? (fits, middle) : (middle, tooWide);
        }

        for (var width = fits - 50; width < fits + 50; width++)
        {
            var half = ceilMode ? (width + 1) / 2 : width / 2;
            ComputePath.Choose(new UpRequest(scheme.Steps, LiftedAxes.All(2)), [zeros(1).expand(1, 1, 500, half)])?.Bits.Should().Be(Down(width));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Learnable_taps_have_the_gradients_of_finite_differences(Wavelet wavelet)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var pool = new LiftDownPool2d(LiftingScheme.Wavelet(wavelet, learnable: true, dtype: ScalarType.Float64));
        var x = randn([1, Channels, 9, 8], ScalarType.Float64);
        var taps = pool.parameters().ToArray();
        taps.Should().OnlyContain(weight => weight.size(0) == 1);
        var found = autograd.grad([Loss()], taps);

        foreach (var (weight, gradient) in taps.Zip(found))
        {
            for (var k = 0; k < weight.size(2); k++)
            {
                using var frozen = no_grad();
                const double Step = 1e-5;
                var tap = weight[0, 0, k];
                tap.add_(Step);
                var above = Loss().item<double>();
                tap.sub_(2 * Step);
                var below = Loss().item<double>();
                tap.add_(Step);
                gradient[0, 0, k].item<double>().Should().BeApproximately((above - below) / (2 * Step), 1e-6 * Math.Max(1, gradient.LargestMagnitude()));
            }
        }

        Tensor Loss() => Gradients.Weighed(pool.forward(x).tanh());
    }

    [Theory]
    [MemberData(nameof(OnEveryPath))]
    public void Integers_come_back_bit_for_bit_from_a_lossless_scheme(Wavelet wavelet, string path)
    {
        using var forced = ComputePath.Force(path);
        foreach (var dtype in new[] { ScalarType.Float64, ScalarType.Float32, ScalarType.Float16 })
        {
            foreach (var size in new long[][] { [17], [8, 8], [9, 14], [31, 6], [5, 6, 7] })
            {
                using var scope = NewDisposeScope();
                manual_seed(4);
                using var pool = AnyPool.Down(size.Length, LiftingScheme.Wavelet(wavelet, lossless: true, dtype: dtype));
                using var up = AnyPool.Up(size.Length, pool);

                // float16 holds all integers up to 2048: an 8-bit image's bands, but of three axes only those of 5 bits.
                var x = randint(0, size.Length == 3 ? 32 : 256, [2, Channels, .. size]).to(dtype);
                var (_, bands) = pool.forward_with_bands(x);

                bands.Names.Should().OnlyContain(name => bands[name].IsExactly(bands[name].round()));
                ComputePath.Last.Should().BeOneOf(dtype == ScalarType.Float16 ? ["tensor", path] : [path], "of float16 the bands may be too large");
                up.forward(bands).IsExactly(x).Should().BeTrue("{0} {1} comes back", dtype, string.Join('x', size));
                ComputePath.Last.Should().BeOneOf(dtype == ScalarType.Float16 ? ["tensor", path] : [path], "of float16 the bands may be too large");
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Operators_of_ones_own_are_lossless_too(int axes)
    {
        using var scope = NewDisposeScope();
        manual_seed(9);
        nn.Module<Tensor, Tensor> Network() => nn.Sequential(nn.Conv1d(2, 8, 3, padding: 1), nn.GELU(), nn.Conv1d(8, 2, 1)).to(ScalarType.Float64);
        using var pool = AnyPool.Down(axes, new LiftingScheme(Network(), Network(), lossless: true));
        using var up = AnyPool.Up(axes, pool);
        var x = randint(0, 256, [1, 2, .. new long[] { 13, 10, 7 }[..axes]]).to(ScalarType.Float64);

        var (y, bands) = pool.forward_with_bands(x.requires_grad_());

        bands.Names.Should().OnlyContain(name => bands[name].IsExactly(bands[name].round()));
        up.forward(bands).IsExactly(x).Should().BeTrue();
        y.square().sum().backward();
        pool.parameters().Should().OnlyContain(weight => weight.HasUsefulGrad());
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void The_lossless_5_3_is_that_of_JPEG_2000(string path)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force(path);
        var known = WaveletFile.Content.Reversible;
        using var scheme = LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true, dtype: ScalarType.Float64);
        using var line = new LiftDownPool1d(scheme);
        using var plane = LiftDownPool2d.Sharing(line);

        var (_, bands) = line.forward_with_bands(OnAllChannels(known.Signal));
        bands["L"].IsExactly(OnAllChannels(known.Low)).Should().BeTrue();
        bands["H"].IsExactly(OnAllChannels(known.High)).Should().BeTrue();

        var (_, image) = plane.forward_with_bands(OnAllChannels(known.Image));
        ComputePath.Last.Should().Be(path);
        image.Names.Should().OnlyContain(name => image[name].IsExactly(OnAllChannels(known.Bands[name])));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Gradients_go_straight_through_the_rounding(string path)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var lossless = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf97, lossless: true, dtype: ScalarType.Float64));
        var steps = lossless.Scheme.Steps.Steps.Select(step
            => step.Kind == StepKind.Predict ? LiftingStep.Predict(step.Operator) : LiftingStep.Update(step.Operator)).ToArray();
        using var plain = new LiftDownPool2d(new LiftingScheme(steps));
        var x = randint(0, 256, [2, Channels, 9, 10]).to(ScalarType.Float64);

        var found = PathValues.Of(lossless, 2, x, path, seed: 6)["gradient of the input"];
        var wanted = PathValues.Of(plain, 2, x, "tensor", seed: 6)["gradient of the input"];

        found.RelativeNormTo(wanted).Should().BeLessThanOrEqualTo(1e-13);
    }

    [Fact]
    public void Fixed_taps_are_saved_and_moved_and_not_trained()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf97));
        pool.parameters().Should().BeEmpty();
        pool.state_dict().Keys.Should().Equal("scheme.steps.0.weight", "scheme.steps.1.weight", "scheme.steps.2.weight", "scheme.steps.3.weight");

        pool.to(ScalarType.Float64);

        pool.forward(ones(1, 3, 8, 8, dtype: ScalarType.Float64)).dtype.Should().Be(ScalarType.Float64);
    }

    [Fact]
    public void A_filter_a_channel_wants_so_many_channels_and_one_for_all_takes_any()
    {
        using var scope = NewDisposeScope();
        using var own = new LiftDownPool1d(LiftingScheme.Wavelet(Wavelet.Haar, learnable: true, channels: 3));
        using var shared = new LiftDownPool1d(LiftingScheme.Wavelet(Wavelet.Haar));

        using var one = new LiftDownPool1d(LiftingScheme.Wavelet(Wavelet.Haar, channels: 1));

        one.Invoking(pool => pool.forward(ones(1, 3, 8))).Should().Throw<ArgumentException>().WithMessage("*1 channels*3*");
        own.parameters().Should().OnlyContain(weight => weight.size(0) == 3);
        own.Invoking(pool => pool.forward(ones(1, 4, 8))).Should().Throw<ArgumentException>().WithMessage("*3 channels*4*");
        foreach (var channels in new[] { 1, 4, 40 })
        {
            shared.forward(ones(1, channels, 8)).shape.Should().Equal(1, channels, 4);
        }
    }

    [Fact]
    public void What_is_no_wavelet_is_refused()
    {
        FluentActions.Invoking(() => LiftingScheme.Wavelet((Wavelet)99)).Should().Throw<ArgumentException>().WithMessage("*wavelet*99*");
        FluentActions.Invoking(() => LiftingScheme.Wavelet(Wavelet.Haar, channels: 0)).Should().Throw<ArgumentException>().WithMessage("*channel*0*");
        FluentActions.Invoking(() => LiftingScheme.Wavelet(Wavelet.Haar, padding_mode: PaddingModes.Constant)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => LiftingScheme.Wavelet(Wavelet.Haar, dtype: ScalarType.Int32)).Should().Throw<ArgumentException>();
    }

    private static Tensor OnAllChannels(FixtureTensor signal)
    {
        var one = signal.ToTensor(ScalarType.Float64);
        return one.unsqueeze(0).unsqueeze(0).expand([1, Channels, .. one.shape]).contiguous();
    }
}

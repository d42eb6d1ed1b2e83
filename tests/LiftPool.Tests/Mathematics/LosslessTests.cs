using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>A lossless scheme returns integers bit for bit, whatever path each half takes, or says that it cannot.</summary>
public sealed class LosslessTests : IClassFixture<OneThread>
{
    private const int Channels = 17;

    public static TheoryData<Wavelet> All => [.. Enum.GetValues<Wavelet>()];

    [Theory]
    [MemberData(nameof(All))]
    public void Bands_are_the_same_to_the_last_bit_on_every_path(Wavelet wavelet)
    {
        foreach (var padding in AnyPool.Paddings)
        {
            foreach (var (dtype, size) in new (ScalarType, long[])[]
            {
                (ScalarType.Float32, [613]), (ScalarType.Float32, [70, 61]), (ScalarType.Float64, [1024]), (ScalarType.Float64, [33, 64]),
            })
            {
                using var scope = NewDisposeScope();
                manual_seed(1);
                using var pool = AnyPool.Down(size.Length, LiftingScheme.Wavelet(wavelet, lossless: true, padding_mode: padding, dtype: dtype));
                using var up = AnyPool.Up(size.Length, pool);
                var x = randint(0, 65536, [2, Channels, .. size]).to(dtype);
                var wanted = On("tensor", () => pool.forward_with_bands(x).bands);
                foreach (var path in ComputePath.Paths)
                {
                    var bands = On(path, () => pool.forward_with_bands(x).bands);
                    bands.Names.Should().OnlyContain(name => bands[name].IsExactly(wanted[name]), "{0} {1} on {2}", wavelet, padding, path);
                    On(path, () => up.forward(wanted)).IsExactly(x).Should().BeTrue("{0} {1} on {2}", wavelet, padding, path);
                }
            }
        }
    }

    [Fact]
    public void A_learned_filter_a_channel_is_the_same_on_every_path_too()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf26, learnable: true, channels: Channels, lossless: true));
        using (no_grad())
        {
            foreach (var taps in pool.parameters())
            {
                taps.add_(randn_like(taps).mul(0.1));
            }
        }

        var x = randint(0, 256, [2, Channels, 50, 46]).to(ScalarType.Float32);
        var wanted = On("tensor", () => pool.forward_with_bands(x).bands);
        foreach (var path in ComputePath.Paths)
        {
            var bands = On(path, () => pool.forward_with_bands(x).bands);
            bands.Names.Should().OnlyContain(name => bands[name].IsExactly(wanted[name]));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_hook_on_an_operator_changes_no_bit(Wavelet wavelet)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var pool = new LiftDownPool2d(LiftingScheme.Wavelet(wavelet, lossless: true));
        var x = randint(0, 256, [1, Channels, 30, 46]).to(ScalarType.Float32);
        var (_, wanted) = pool.forward_with_bands(x);
        foreach (var op in pool.Scheme.Steps.Operators)
        {
            op.register_forward_hook((_, _, output) => output);
        }

        var (_, bands) = pool.forward_with_bands(x);

        ComputePath.Last.Should().Be("tensor");
        bands.Names.Should().OnlyContain(name => bands[name].IsExactly(wanted[name]));
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Float32)]
    public void Integers_beyond_the_type_between_the_steps_come_back(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(LiftingScheme.Wavelet(Wavelet.Cdf97, lossless: true, dtype: dtype));
        using var up = new LiftUpPool1d(pool);

        // The first step makes -2.17 times as much of smooth samples, beyond what the type holds, and the bands are within it.
        manual_seed(4);
        var level = dtype == ScalarType.Float16 ? 1000 : 9_000_000;
        var x = randint(level - 20, level + 20, [4, 3, 514]).to(dtype);

        foreach (var path in ComputePath.Paths)
        {
            var bands = On(path, () => pool.forward_with_bands(x).bands);
            On(path, () => up.forward(bands)).IsExactly(x).Should().BeTrue(path);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float16, 2048)]
    [InlineData(ScalarType.Float32, 16_777_216)]
    [InlineData(ScalarType.Float64, 9_007_199_254_740_992)]
    public void Bands_that_the_type_does_not_hold_are_an_error(ScalarType dtype, double largest)
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.D4, lossless: true, dtype: dtype));
        var x = full([1, 1, 16, 16], largest, dtype: dtype);

        foreach (var path in ComputePath.Paths)
        {
            using var forced = ComputePath.Force(path);
            pool.Invoking(p => p.forward_with_bands(x)).Should().Throw<ArgumentException>().WithMessage($"*{dtype}*up to {largest}*wider dtype*");
            pool.Scheme.Invoking(scheme => scheme.lift(x)).Should().Throw<ArgumentException>().WithMessage($"*{dtype}*up to {largest}*");
        }
    }

    [Fact]
    public void Float64_halves_beyond_its_integers_are_an_error_though_the_bands_are_within()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        using var pool = new LiftDownPool1d(LiftingScheme.Wavelet(Wavelet.Cdf97, lossless: true, dtype: ScalarType.Float64));
        var x = randint(0, 1000, [1, 1, 128]).to(ScalarType.Float64).add(4.3e15);

        foreach (var path in ComputePath.Paths)
        {
            FluentActions.Invoking(() => On(path, () => pool.forward_with_bands(x))).Should().Throw<ArgumentException>().WithMessage("*Float64*");
        }
    }

    [Fact]
    public void An_empty_axis_beside_the_lifted_one_stays_empty()
    {
        using var scope = NewDisposeScope();
        using var scheme = LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true);

        scheme.lift(zeros(1, 1, 0, 8)).s.shape.Should().Equal(1, 1, 0, 4);
    }

    [Fact]
    public void Filters_of_a_scheme_that_does_not_round_are_the_same_on_every_path_in_one_that_does()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        var plain = LiftingScheme.Wavelet(Wavelet.Haar);
        var filters = plain.Steps.Operators.ToArray();
        using var pool = new LiftDownPool2d(new LiftingScheme(filters[0], filters[1], lossless: true));
        using var up = new LiftUpPool2d(pool);
        var x = randint(0, 256, [1, Channels, 20, 22]).to(ScalarType.Float32);

        // A step that rounds has its filter sum in the order of the taps, so that the kernels may take it.
        var wanted = On("tensor", () => pool.forward_with_bands(x).bands);
        foreach (var path in ComputePath.Paths)
        {
            var bands = On(path, () => pool.forward_with_bands(x).bands);
            ComputePath.Last.Should().Be(path);
            bands.Names.Should().OnlyContain(name => bands[name].IsExactly(wanted[name]), "{0} gives these", path);
            On(path, () => up.forward(bands)).IsExactly(x).Should().BeTrue();
        }
    }

    [Fact]
    public void Bfloat16_is_refused_when_the_scheme_is_made_moved_or_used()
    {
        using var scope = NewDisposeScope();
        FluentActions.Invoking(() => LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true, dtype: ScalarType.BFloat16))
            .Should().Throw<ArgumentException>().WithMessage("*lossless*BFloat16*");
        FluentActions.Invoking(() => new LiftingScheme(nn.Conv1d(2, 2, 1, dtype: ScalarType.BFloat16), nn.Identity(), lossless: true))
            .Should().Throw<ArgumentException>().WithMessage("*lossless*BFloat16*");

        using var pool = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true));
        pool.Invoking(p => p.to(ScalarType.BFloat16)).Should().Throw<ArgumentException>().WithMessage("*lossless*BFloat16*");
        pool.Invoking(p => p.to(CPU, ScalarType.BFloat16)).Should().Throw<ArgumentException>().WithMessage("*lossless*BFloat16*");
        pool.forward(ones(1, 2, 4, 4)).dtype.Should().Be(ScalarType.Float32, "nothing was moved");
        pool.to(ScalarType.Float16).forward(ones(1, 2, 4, 4, dtype: ScalarType.Float16)).dtype.Should().Be(ScalarType.Float16);

        using var anyType = new LiftDownPool1d(new LiftingScheme(nn.Identity(), nn.Identity(), lossless: true));
        anyType.Invoking(p => p.forward(ones(1, 2, 4, dtype: ScalarType.BFloat16))).Should().Throw<ArgumentException>().WithMessage("*lossless*BFloat16*");

        using var plain = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf53, dtype: ScalarType.BFloat16));
        plain.forward(ones(1, 2, 4, 4, dtype: ScalarType.BFloat16)).dtype.Should().Be(ScalarType.BFloat16);
    }

    [Theory]
    [InlineData(1, 1_048_563)]
    [InlineData(2, 1013)]
    public void Large_signals_come_back(int axes, long size)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var pool = AnyPool.Down(axes, LiftingScheme.Wavelet(Wavelet.Cdf97, lossless: true, padding_mode: PaddingModes.Circular));
        using var up = AnyPool.Up(axes, pool);
        var x = randint(0, 256, [1, 1, .. Enumerable.Repeat(size, axes)]).to(ScalarType.Float32);

        foreach (var (down, back) in new[] { ("auto", "tensor"), ("tensor", "auto"), ("auto", "auto") })
        {
            var bands = On(down, () => pool.forward_with_bands(x).bands);
            On(back, () => up.forward(bands)).IsExactly(x).Should().BeTrue();
        }
    }

    private static T On<T>(string path, Func<T> compute)
    {
        using var forced = ComputePath.Force(path);
        return compute();
    }
}

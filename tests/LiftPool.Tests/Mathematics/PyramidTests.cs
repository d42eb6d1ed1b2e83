namespace LiftPool.Tests;

/// <summary>Several levels down and back.</summary>
public sealed class PyramidTests : IClassFixture<OneThread>
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public void Every_level_comes_back_odd_sizes_too(int axes, bool ceilMode)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var x = randn([2, 3, .. new long[] { 29, 22, 19 }[..axes]], ScalarType.Float64);
        using var shared = new LiftPyramid(AnyPool.Down(axes, channels: 3, kernel_size: 3, ceil_mode: ceilMode, dtype: ScalarType.Float64), 3);
        using var separate = new LiftPyramid(
            AnyPool.Down(axes, LiftingScheme.Wavelet(Wavelet.Cdf97, dtype: ScalarType.Float64), ceil_mode: ceilMode),
            AnyPool.Down(axes, channels: 3, kernel_size: 5, ceil_mode: ceilMode, dtype: ScalarType.Float64),
            AnyPool.Down(axes, LiftingScheme.Wavelet(Wavelet.D4, dtype: ScalarType.Float64), ceil_mode: ceilMode));

        foreach (var pyramid in new[] { shared, separate })
        {
            pyramid.unlift(pyramid.call(x)).LargestErrorTo(x).Should().BeLessThan(1e-13);
        }
    }

    [Fact]
    public void Each_level_is_the_pool_on_the_last_approximation()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf53), Bands2d.HH, BandReduction.Mean);
        var x = randn(1, 2, 13, 16);
        var (_, first) = pool.forward_with_bands(x);
        var (_, second) = pool.forward_with_bands(first.LL);
        using var pyramid = new LiftPyramid(pool, 2);

        var bands = pyramid.forward(x);

        bands.Levels.Should().HaveCount(2);
        foreach (var name in first.Names)
        {
            bands[0, name].IsExactly(first[name]).Should().BeTrue();
            bands[1, name].IsExactly(second[name]).Should().BeTrue();
        }

        bands.Approximation.IsExactly(second.LL).Should().BeTrue();
    }

    [Fact]
    public void One_level_is_the_pool()
    {
        using var scope = NewDisposeScope();
        using var pyramid = new LiftPyramid(new LiftDownPool1d(2), 1);
        var x = randn(1, 2, 8);

        pyramid.forward(x).Approximation.shape.Should().Equal(1, 2, 4);
    }

    [Fact]
    public void A_lossless_pyramid_returns_integers_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var pyramid = new LiftPyramid(new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true)), 4);
        var image = randint(0, 256, [1, 3, 61, 47]).to(ScalarType.Float32);

        pyramid.unlift(pyramid.forward(image)).IsExactly(image).Should().BeTrue();
    }

    [Fact]
    public void Another_approximation_takes_the_coarsest_place()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var pyramid = new LiftPyramid(new LiftDownPool1d(LiftingScheme.Wavelet(Wavelet.Haar, dtype: ScalarType.Float64)), 3);
        var bands = pyramid.forward(randn(1, 1, 16, dtype: ScalarType.Float64));

        // Haar's coarsest approximation is the sum over root 8 of eight samples each.
        var shifted = pyramid.unlift(bands.Approximation.add(Math.Sqrt(8)), bands);

        shifted.sub(pyramid.unlift(bands)).LargestErrorTo(ones(1, 1, 16)).Should().BeLessThan(1e-14);
    }

    [Fact]
    public void Gradients_reach_the_input_and_the_operators_of_every_level()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var pyramid = new LiftPyramid(new LiftDownPool2d(2), new LiftDownPool2d(2));
        var x = randn(1, 2, 12, 12, requires_grad: true);
        var bands = pyramid.forward(x);

        bands.Levels.SelectMany(level => level.Names.Select(name => level[name].square().sum())).Aggregate((sum, term) => sum + term).backward();

        x.HasUsefulGrad().Should().BeTrue();
        pyramid.parameters().Should().HaveCount(8).And.OnlyContain(weight => weight.HasUsefulGrad());
    }

    [Fact]
    public void Weights_are_saved_once_for_shared_operators_and_by_level_for_separate_ones()
    {
        using var scope = NewDisposeScope();
        using var shared = new LiftPyramid(new LiftDownPool1d(2), 3);
        using var separate = new LiftPyramid(new LiftDownPool1d(2), new LiftDownPool1d(2));

        shared.state_dict().Keys.Should().HaveCount(4).And.OnlyContain(key => key.StartsWith("levels.0.scheme."));
        separate.state_dict().Keys.Should().HaveCount(8).And.Contain("levels.1.scheme.update.proj.weight");
    }

    [Fact]
    public void A_regularizer_collects_every_level()
    {
        using var scope = NewDisposeScope();
        using var pyramid = new LiftPyramid(new LiftDownPool2d(2), 3);
        using var penalty = new LiftRegularizer();

        pyramid.forward(ones(1, 2, 16, 16));

        penalty.Shares.Should().HaveCount(3);
    }

    [Fact]
    public void Its_bands_live_as_long_as_their_scope_or_until_they_are_disposed() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var pyramid = new LiftPyramid(new LiftDownPool2d(2), 2);
        using var x = ones(1, 2, 8, 8);
        var before = live();
        LiftPyramidBands inScope, detached;
        using (NewDisposeScope())
        {
            inScope = pyramid.forward(x);
            detached = pyramid.forward(x).DetachFromDisposeScope();
        }

        inScope.Invoking(bands => bands.Approximation).Should().Throw<ObjectDisposedException>();
        detached.Approximation.IsInvalid.Should().BeFalse();
        detached.Dispose();
        detached.Invoking(bands => bands[0, "LH"]).Should().Throw<ObjectDisposedException>();
        live().Should().Be(before);
    });

    [Fact]
    public void Bad_calls_are_refused_before_anything_is_computed()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(2);
        using var pyramid = new LiftPyramid(new LiftDownPool2d(2), 3);
        using var two = new LiftPyramid(new LiftDownPool2d(2), 2);
        var small = ones(1, 2, 7, 64);

        pyramid.Invoking(p => p.forward(small)).Should().Throw<ArgumentException>().WithMessage("*2 samples*[1, 2, 1, 16]*");
        pyramid.Invoking(p => p.forward(ones(1, 3, 64, 64))).Should().Throw<ArgumentException>().WithMessage("*2 channels*3*");
        pyramid.Invoking(p => p.unlift(two.forward(ones(1, 2, 16, 16)))).Should().Throw<ArgumentException>().WithMessage("*3 levels*2*");
        pyramid.forward(ones(1, 2, 16, 16)).Invoking(bands => bands[3, "LL"]).Should().Throw<ArgumentException>().WithMessage("*0 to 2*3*");
        pyramid.forward(ones(1, 2, 16, 16)).Invoking(bands => bands[-1, "LL"]).Should().Throw<ArgumentException>().WithMessage("*0 to 2*-1*");
        using (var penalty = new LiftRegularizer())
        {
            using var wide = new LiftPyramid(new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf26, padding_mode: PaddingModes.Reflect)), 3);
            wide.Invoking(p => p.forward(ones(1, 2, 16, 16))).Should().Throw<ArgumentException>().WithMessage("*more than 3 samples*");
            using var mixed = new LiftPyramid(new LiftDownPool2d(2), new LiftDownPool2d(3));
            mixed.Invoking(p => p.forward(ones(1, 2, 16, 16))).Should().Throw<ArgumentException>().WithMessage("*3 channels*2*");
            penalty.Shares.Should().BeEmpty("no level has computed");
        }

        FluentActions.Invoking(() => new LiftPyramid(pool, pool)).Should().Throw<ArgumentException>().WithMessage("*each pool once*");
        FluentActions.Invoking(() => new LiftPyramid(pool, 0)).Should().Throw<ArgumentException>().WithMessage("*at least one level*");
        FluentActions.Invoking(() => new LiftPyramid(pool, new LiftDownPool1d(2))).Should().Throw<ArgumentException>().WithMessage("*a 2-D pool*a 1-D pool*");
    }
}

using System.Reflection;
using Module = TorchSharp.torch.nn.Module;

namespace LiftPool.Tests;

/// <summary>All that a module was built with can be read from it, under the name of the constructor's argument.</summary>
public class SettingsTests
{
    // The weights say where they live and of which type they are; the owner of shared operators is its own affair; the paper's two
    // operators are those of the scheme's steps.
    private static readonly string[] Elsewhere = ["device", "dtype", "other", "pool", "predict", "update"];

    public static TheoryData<Type> Modules
        => [.. typeof(LiftDownPool2d).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(Module)) && !type.IsAbstract)];

    [Theory]
    [MemberData(nameof(Modules))]
    public void Each_argument_of_a_constructor_is_a_read_only_property(Type module)
    {
        var factory = module.GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => method.Name == "Sharing");
        var arguments = module.GetConstructors().Concat<MethodBase>(factory).SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.Name!).Except(Elsewhere).ToArray();
        var properties = module.GetProperties().Where(property => property.SetMethod is null).Select(property => property.Name).ToArray();

        arguments.Should().NotBeEmpty();
        arguments.Select(argument => argument == "scheme" ? "Scheme" : argument).Except(properties).Should().BeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_pool_gives_back_what_it_was_given(int axes)
    {
        using var pool = AnyPool.Down(
            axes, 8, 3, 2, BandReduction.Concat, 4, 2, true, PaddingModes.Circular, true, dtype: ScalarType.Float64, tanh: false,
            dense_max: DenseMax.Valid);
        using var plain = AnyPool.Down(axes, 8);
        using var sharing = AnyPool.Sharing(axes, pool, 1, BandReduction.Mean);
        using var up = AnyPool.Up(axes, pool);

        Of(pool).Should().Be((8L, 3L, 4L, 2L, true, PaddingModes.Circular, false));
        (Bands(pool), pool.reduction, pool.ceil_mode, pool.dense_max).Should().Be((2, BandReduction.Concat, true, DenseMax.Valid));
        Of(plain).Should().Be((8L, 5L, 8L, 8L, false, PaddingModes.Zeros, true));
        (Bands(plain), plain.reduction, plain.ceil_mode, plain.dense_max)
            .Should().Be((AnyPool.AllBands(axes), BandReduction.Sum, false, DenseMax.None));
        Of(sharing).Should().Be(Of(pool));
        (Bands(sharing), sharing.reduction, sharing.ceil_mode, sharing.dense_max).Should().Be((1, BandReduction.Mean, false, DenseMax.None));
        Of(up).Should().Be(Of(pool));
        Of(pool.Scheme).Should().Be(Of(pool));
    }

    [Fact]
    public void An_up_pool_gives_back_what_it_was_given()
    {
        using var up = new LiftUpPool3d(8, 3, 2, 4, true, PaddingModes.Reflect, tanh: false);

        Of(up).Should().Be((8L, 3L, 2L, 4L, true, PaddingModes.Reflect, false));
    }

    [Fact]
    public void An_up_pool_takes_the_channels_of_the_pool_that_it_shares()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(new LiftingScheme(Identity(), Identity()), channels: 4);
        using var up = new LiftUpPool2d(pool);
        using var other = new LiftDownPool2d(LiftingScheme.MaxLifting());

        var bands = other.forward_with_bands(zeros(1, 3, 4, 4)).bands;

        up.channels.Should().Be(4);
        BadCall.Refused(() => up.forward(bands), "LiftUpPool2d", "4 channels", "3 in [1, 3, 2, 2]", "bands");
    }

    [Fact]
    public void What_steps_do_not_have_in_common_is_null()
    {
        using var haar = LiftingScheme.Wavelet(Wavelet.Haar);
        using var unlike = LiftingScheme.Wavelet(Wavelet.Cdf13, learnable: true, channels: 6, lossless: true);
        using var max = LiftingScheme.MaxLifting(channels: 6, kernel_size: 3, padding_mode: PaddingModes.Zeros);
        using var half = new LiftingScheme(LiftingOperators.Learned(6), Identity());
        using var own = new LiftingScheme(Identity(), Identity());
        using var empty = new LiftingScheme([], approximation_gain: 2, detail_gain: -0.5);

        Of(haar).Should().Be((null, 1L, null, null, false, PaddingModes.Replicate, false));
        (haar.approximation_gain, haar.detail_gain, haar.lossless).Should().Be((Math.Sqrt(2), 1 / Math.Sqrt(2), false));
        Of(unlike).Should().Be((6L, null, 6L, null, false, PaddingModes.Replicate, false));
        (unlike.approximation_gain, unlike.detail_gain, unlike.lossless).Should().Be((1, 1, true));
        Of(max).Should().Be((6L, 3L, 6L, null, false, PaddingModes.Zeros, false));
        Of(half).Should().Be((6L, null, null, null, null, null, null));
        Of(own).Should().Be((null, null, null, null, null, null, null));
        Of(empty).Should().Be((null, null, null, null, null, null, null));
        (empty.approximation_gain, empty.detail_gain, empty.lossless, empty.steps.Count).Should().Be((2, -0.5, false, 0));
    }

    [Fact]
    public void A_scheme_lists_its_steps_and_a_pool_its_channels()
    {
        LiftingStep[] steps = [LiftingStep.Update(Identity()), LiftingStep.Predict(Identity()), LiftingStep.Update(Identity())];
        var first = steps[0];
        using var pool = new LiftDownPool2d(new LiftingScheme(steps), channels: 5);
        using var any = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Haar));
        steps[0] = steps[1];

        pool.Scheme.steps.Should().Equal(first, steps[1], steps[2]);
        pool.channels.Should().Be(5);
        any.channels.Should().BeNull();
    }

    [Fact]
    public void A_pyramid_lists_its_pools()
    {
        var (one, two) = (new LiftDownPool1d(4), new LiftDownPool1d(4));
        using var same = new LiftPyramid(new LiftDownPool2d(4), 3);
        using var different = new LiftPyramid(one, two);

        (same.count, same.pools.Count, same.pools.Distinct().Count()).Should().Be((3, 3, 1));
        (different.count, different.pools[0], different.pools[1]).Should().Be((2, one, two));
    }

    [Fact]
    public void It_can_be_read_when_the_weights_are_gone()
    {
        var pool = new LiftDownPool2d(8, dtype: ScalarType.Float64);
        using var up = new LiftUpPool2d(pool);
        pool.Dispose();

        Of(pool).Should().Be((8L, 5L, 8L, 8L, false, PaddingModes.Zeros, true));
        Of(up).Should().Be(Of(pool));
    }

    private static (long?, long?, long?, long?, bool?, PaddingModes?, bool?) Of(LiftDownPool pool)
        => (pool.channels, pool.kernel_size, pool.groups, pool.proj_groups, pool.bias, pool.padding_mode, pool.tanh);

    private static (long?, long?, long?, long?, bool?, PaddingModes?, bool?) Of(LiftUpPool pool)
        => (pool.channels, pool.kernel_size, pool.groups, pool.proj_groups, pool.bias, pool.padding_mode, pool.tanh);

    private static (long?, long?, long?, long?, bool?, PaddingModes?, bool?) Of(LiftingScheme scheme)
        => (scheme.channels, scheme.kernel_size, scheme.groups, scheme.proj_groups, scheme.bias, scheme.padding_mode, scheme.tanh);

    private static int Bands(LiftDownPool pool) => pool switch
    {
        LiftDownPool1d line => (int)line.bands,
        LiftDownPool2d plane => (int)plane.bands,
        _ => (int)((LiftDownPool3d)pool).bands,
    };
}

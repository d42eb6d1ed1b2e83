using static LiftPool.Tests.Numbers;

namespace LiftPool.Tests;

/// <summary>The learned operators with weights set by hand: taps, ReLU, projection, tanh, borders, groups, bias.</summary>
public sealed class HandWorkedOperatorTests
{
    [Fact]
    public void Taps_relu_projection_and_tanh_act_in_this_order()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(1, kernel_size: 3, dtype: ScalarType.Float64);
        Set(pool, "scheme.predict.conv.weight", 1, 2, -1);
        Set(pool, "scheme.predict.proj.weight", 0.1);
        Set(pool, "scheme.update.conv.weight", 0, 1, 1);
        Set(pool, "scheme.update.proj.weight", -0.5);

        var (output, bands) = pool.forward_with_bands(Of([1, 1, 6], 1, 2, 3, 4, -4, 10));

        // xo = 1, 3, -4 and xe = 2, 4, 10, with zeros beyond the ends.
        // conv   0 + 2*2 - 4 = 0     2 + 2*4 - 10 = 0     4 + 2*10 - 0 = 24
        // proj   0                   0                    2.4
        double[] d = [1, 3, -4 - Math.Tanh(2.4)];
        bands["H"].ShouldBe(d);

        // conv   1 + 3 = 4           3 - 4 - tanh(2.4) < 0, so ReLU gives 0       the same
        // proj   -2
        double[] s = [2 + Math.Tanh(-2), 4, 10];
        bands["L"].ShouldBe(s);
        output.ShouldBe([.. s.Zip(d, (a, b) => a + b)]);

        // The same in digits: tanh(2.4) = 0.98367485769368, tanh(2) = 0.96402758007582.
        In(bands["H"])[2].Should().BeApproximately(-4.98367485769368, 1e-14);
        In(bands["L"])[0].Should().BeApproximately(1.03597241992418, 1e-14);
    }

    [Theory]
    [InlineData(PaddingModes.Zeros, 0.0)]
    [InlineData(PaddingModes.Reflect, 0.2)]
    [InlineData(PaddingModes.Replicate, 0.1)]
    [InlineData(PaddingModes.Circular, 0.4)]
    public void Beyond_the_first_sample_stands_what_the_padding_mode_says(PaddingModes mode, double before)
    {
        using var scope = NewDisposeScope();
        using var pool = PredictOnly(1, 3, mode, [1, 0, 0]);

        // xo = 0 and xe = 0.1, 0.2, 0.3, 0.4. The one tap predicts each from its left neighbour.
        var (_, bands) = pool.forward_with_bands(Of([1, 1, 8], 0, 0.1, 0, 0.2, 0, 0.3, 0, 0.4));

        bands["H"].ShouldBe(-Math.Tanh(before), -Math.Tanh(0.1), -Math.Tanh(0.2), -Math.Tanh(0.3));
    }

    [Theory]
    [InlineData(PaddingModes.Zeros, 0.0)]
    [InlineData(PaddingModes.Reflect, 0.3)]
    [InlineData(PaddingModes.Replicate, 0.4)]
    [InlineData(PaddingModes.Circular, 0.1)]
    public void Beyond_the_last_sample_stands_what_the_padding_mode_says(PaddingModes mode, double after)
    {
        using var scope = NewDisposeScope();
        using var pool = PredictOnly(1, 3, mode, [0, 0, 1]);

        var (_, bands) = pool.forward_with_bands(Of([1, 1, 8], 0, 0.1, 0, 0.2, 0, 0.3, 0, 0.4));

        bands["H"].ShouldBe(-Math.Tanh(0.2), -Math.Tanh(0.3), -Math.Tanh(0.4), -Math.Tanh(after));
    }

    [Fact]
    public void A_vertical_step_predicts_down_the_column()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(1, kernel_size: 3, dtype: ScalarType.Float64);
        Set(pool, "scheme.predict.conv.weight", 1, 0, 0);
        Set(pool, "scheme.predict.proj.weight", 1);
        Set(pool, "scheme.update.proj.weight", 0);

        // Two columns, four rows. The even column 1, 2, 3, 4 becomes L (U = 0) and is split down: xo = 1, 3, xe = 2, 4.
        // The neighbour above 2 is a zero of the border, that above 4 is 2.
        var (_, bands) = pool.forward_with_bands(Of([1, 1, 4, 2], 0, 1, 0, 2, 0, 3, 0, 4));

        bands.LL.ShouldBe(2, 4);
        bands.LH.ShouldBe(1, 3 - Math.Tanh(2));
    }

    [Fact]
    public void Dense_operators_mix_channels_and_depthwise_ones_do_not()
    {
        using var scope = NewDisposeScope();
        var x = Of([1, 2, 2], 0, 0.25, 0, 0.5);

        // Both are [output channel, input channel of the group, tap].
        using var dense = PredictOnly(2, 1, PaddingModes.Zeros, [0, 1, 1, 1], groups: 1);
        using var depthwise = PredictOnly(2, 1, PaddingModes.Zeros, [3, 1]);

        dense.forward_with_bands(x).bands["H"].ShouldBe(-Math.Tanh(0.5), -Math.Tanh(0.75));
        depthwise.forward_with_bands(x).bands["H"].ShouldBe(-Math.Tanh(0.75), -Math.Tanh(0.5));
    }

    [Fact]
    public void A_dense_projection_mixes_channels_after_the_relu()
    {
        using var scope = NewDisposeScope();
        using var pool = PredictOnly(2, 1, PaddingModes.Zeros, [1, -1], projGroups: 1);
        Set(pool, "scheme.predict.proj.weight", 1, 10, 2, 20);

        // conv 0.25, -0.5; ReLU 0.25, 0; so the second input channel is gone before it is multiplied by 10 and 20.
        pool.forward_with_bands(Of([1, 2, 2], 0, 0.25, 0, 0.5)).bands["H"].ShouldBe(-Math.Tanh(0.25), -Math.Tanh(0.5));
    }

    [Fact]
    public void Both_convolutions_add_their_bias()
    {
        using var scope = NewDisposeScope();
        using var pool = PredictOnly(1, 1, PaddingModes.Zeros, [1], bias: true);
        Set(pool, "scheme.predict.conv.bias", 0.5);
        Set(pool, "scheme.predict.proj.weight", 2);
        Set(pool, "scheme.predict.proj.bias", -1);

        // 2 * relu(0.25 + 0.5) - 1 = 0.5;   2 * relu(-2 + 0.5) - 1 = -1.
        pool.forward_with_bands(Of([1, 1, 4], 0, 0.25, 0, -2)).bands["H"].ShouldBe(-Math.Tanh(0.5), -Math.Tanh(-1));
    }

    /// <summary>A pool with those taps, a projection of ones, and U = 0.</summary>
    private static LiftDownPool1d PredictOnly(
        long channels, long kernelSize, PaddingModes mode, double[] taps, long? groups = null, long? projGroups = null, bool bias = false)
    {
        var pool = new LiftDownPool1d(
            channels, kernelSize, groups: groups, proj_groups: projGroups, bias: bias, padding_mode: mode, dtype: ScalarType.Float64);
        using var noGrad = no_grad();
        foreach (var (name, weight) in pool.named_parameters())
        {
            weight.fill_(name == "scheme.predict.proj.weight" ? 1 : 0);
        }

        Set(pool, "scheme.predict.conv.weight", taps);
        return pool;
    }

    private static void Set(LiftDownPool pool, string key, params double[] values)
    {
        using var noGrad = no_grad();
        var weight = pool.get_parameter(key)!;
        weight.copy_(Of(weight.shape, values));
    }
}

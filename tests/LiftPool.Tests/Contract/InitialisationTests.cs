namespace LiftPool.Tests;

/// <summary>A new layer's weights are those that nn.Conv1d layers of the same arguments would draw.</summary>
public class InitialisationTests
{
    [Theory]
    [InlineData(16, 5, null, null, false)]
    [InlineData(16, 5, null, null, true)]
    [InlineData(16, 3, 1, 1, true)]
    [InlineData(12, 7, 4, 3, true)]
    [InlineData(6, 1, 2, 6, false)]
    public void With_one_seed_a_pool_and_a_row_of_Conv1d_draw_the_same_weights(int channels, int kernel, int? groups, int? projGroups, bool bias)
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        using var pool = new LiftDownPool2d(channels, kernel, groups: groups, proj_groups: projGroups, bias: bias);
        using var up = new LiftUpPool2d(channels, kernel, groups: groups, proj_groups: projGroups, bias: bias);

        manual_seed(7);
        string[] places = ["predict.conv", "predict.proj", "update.conv", "update.proj"];
        foreach (var (place, layer) in places.Select(place => (place, pool.state_dict())).Concat(places.Select(place => (place, up.state_dict()))))
        {
            using var conv = place.EndsWith("conv", StringComparison.Ordinal)
                ? nn.Conv1d(channels, channels, kernel, groups: groups ?? channels, bias: bias)
                : nn.Conv1d(channels, channels, 1, groups: projGroups ?? channels, bias: bias);

            layer[$"scheme.{place}.weight"].IsExactly(conv.weight!).Should().BeTrue(place);
            layer.ContainsKey($"scheme.{place}.bias").Should().Be(bias);
            if (bias)
            {
                layer[$"scheme.{place}.bias"].IsExactly(conv.bias!).Should().BeTrue(place);
            }
        }
    }

    [Fact]
    public void Weights_are_uniform_within_one_over_the_root_of_the_fan_in()
    {
        using var scope = NewDisposeScope();
        manual_seed(8);
        using var pool = new LiftDownPool1d(channels: 4096, kernel_size: 9);
        var bound = 1 / Math.Sqrt(9);

        var weight = pool.state_dict()["scheme.predict.conv.weight"].detach();

        weight.abs().max().item<float>().Should().BeInRange((float)(0.999 * bound), (float)bound);
        weight.std().item<float>().Should().BeInRange((float)(0.99 * bound / Math.Sqrt(3)), (float)(1.01 * bound / Math.Sqrt(3)));
    }

    [Fact]
    public void A_learned_gain_starts_at_one_and_so_at_the_sum()
    {
        using var scope = NewDisposeScope();
        manual_seed(9);
        using var sum = new LiftDownPool2d(channels: 4, bands: Bands2d.LL | Bands2d.HH);
        using var learned = LiftDownPool2d.Sharing(sum, Bands2d.LL | Bands2d.HH, BandReduction.Learned);
        var x = randn(2, 4, 6, 6);

        learned.state_dict()["gain"].IsExactly(ones(2, 4)).Should().BeTrue();
        learned.forward(x).IsExactly(sum.forward(x)).Should().BeTrue();
    }
}

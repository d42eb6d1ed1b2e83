namespace LiftPool.Tests;

/// <summary>Operators that one pool owns and others use: they follow the owner through moves, loads and training, and end with it.</summary>
public class SharingTests
{
    [Theory]
    [InlineData(ScalarType.Float64, 4e-15)]
    [InlineData(ScalarType.Float32, 2e-6)]
    public void A_tied_up_pool_inverts_after_its_owner_moved(ScalarType dtype, double bound)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var pool = new LiftDownPool2d(channels: 8, dtype: ScalarType.Float16);
        using var up = new LiftUpPool2d(pool);

        pool.to(dtype);

        var x = randn(2, 8, 7, 6, dtype: dtype);
        var (_, bands) = pool.forward_with_bands(x);
        up.forward(bands).ErrorTo(x).Should().BeLessThan(bound);
    }

    [Fact]
    public void What_shares_follows_what_its_owner_loads_and_learns()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = new LiftDownPool2d(channels: 8);
        using var up = new LiftUpPool2d(pool);
        using var sharer = LiftDownPool2d.Sharing(pool, Bands2d.LL);
        using var source = new LiftDownPool2d(channels: 8, bands: Bands2d.LL);
        var x = randn(2, 8, 6, 6);

        pool.load_state_dict(source.state_dict());
        sharer.forward(x).IsExactly(source.forward(x)).Should().BeTrue();

        using (var optimizer = optim.SGD(pool.parameters(), 0.5))
        {
            sharer.forward(x).square().sum().backward();
            optimizer.step();
        }

        sharer.forward(x).IsExactly(source.forward(x)).Should().BeFalse("it learned");
        var (_, bands) = sharer.forward_with_bands(x);
        up.forward(bands).ErrorTo(x).Should().BeLessThan(2e-6);
    }

    [Fact]
    public void A_sharing_pool_loads_its_gain_and_leaves_the_operators_alone()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var owner = new LiftDownPool2d(channels: 8, bands: Bands2d.HH);
        using var sharer = LiftDownPool2d.Sharing(owner, Bands2d.HH, BandReduction.Learned);
        var x = randn(2, 8, 6, 6);
        var before = owner.forward(x);

        sharer.load_state_dict(new Dictionary<string, Tensor> { ["gain"] = full([1, 8], 2) });

        owner.forward(x).IsExactly(before).Should().BeTrue();
        sharer.forward(x).IsExactly(before.mul(2)).Should().BeTrue();
    }

    [Fact]
    public void The_owner_outlives_what_shares_its_operators()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var pool = new LiftDownPool2d(channels: 8);
        var x = randn(2, 8, 6, 6);
        var before = pool.forward(x);
        var up = new LiftUpPool2d(pool);
        var sharer = LiftDownPool2d.Sharing(pool);

        up.Dispose();
        sharer.Dispose();

        pool.forward(x).IsExactly(before).Should().BeTrue();
    }

    [Fact]
    public void When_the_owner_is_disposed_what_shares_its_operators_says_so_by_name()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var pool = new LiftDownPool2d(channels: 8);
        using var up = new LiftUpPool2d(pool);
        using var sharer = LiftDownPool2d.Sharing(pool);
        using var sharer1 = LiftDownPool1d.Sharing(pool);
        var x = randn(2, 8, 6, 6);
        var (y, bands) = pool.forward_with_bands(x);

        pool.Dispose();

        Gone(() => up.forward(bands), "LiftUpPool2d");
        Gone(() => up.forward(y, bands), "LiftUpPool2d");
        Gone(() => up.call(bands), "LiftUpPool2d");
        Gone(() => _ = up.Scheme, "LiftUpPool2d");
        Gone(() => sharer.forward(x), "LiftDownPool2d");
        Gone(() => sharer.forward_with_bands(x), "LiftDownPool2d");
        Gone(() => sharer.penalties(x), "LiftDownPool2d");
        Gone(() => sharer1.forward(x[0]), "LiftDownPool1d");
        Gone(() => pool.forward(x), "LiftDownPool2d");
        Gone(() => _ = new LiftUpPool2d(pool), "LiftDownPool2d");
        Gone(() => _ = new LiftUpPool2d(sharer), "LiftDownPool2d");
        Gone(() => _ = LiftDownPool2d.Sharing(pool), "LiftDownPool2d");
    }

    [Fact]
    public void Sharing_from_one_that_shares_is_sharing_from_the_owner()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        using var owner = new LiftDownPool2d(channels: 8);
        var between = LiftDownPool2d.Sharing(owner);
        using var up = new LiftUpPool2d(between);
        var x = randn(2, 8, 6, 6);
        var (_, bands) = between.forward_with_bands(x);

        between.Dispose();

        up.Scheme.Should().BeSameAs(owner.Scheme);
        up.forward(bands).ErrorTo(x).Should().BeLessThan(2e-6);
    }

    private static void Gone(Action use, string layer)
    {
        var thrown = use.Should().Throw<ObjectDisposedException>().Which;
        thrown.ObjectName.Should().Be(layer);
        thrown.Message.Should().Contain(layer).And.Contain("disposed");
    }
}

namespace LiftPool.Tests;

/// <summary>Bands and dispose scopes: they live in the caller's, and can be carried out of it whole.</summary>
public class BandScopeTests
{
    [Fact]
    public void Moved_to_the_outer_scope_they_and_the_kept_samples_outlive_the_encoder()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var pool = new LiftDownPool2d(channels: 4, dtype: ScalarType.Float64);
        using var up = new LiftUpPool2d(pool);
        var x = randn(2, 4, 7, 9, dtype: ScalarType.Float64);

        LiftBands Encode()
        {
            using var encoder = NewDisposeScope();
            var (_, bands) = pool.forward_with_bands(x);
            return bands.MoveToOuterDisposeScope();
        }

        up.forward(Encode()).ErrorTo(x).Should().BeLessThan(4e-15);
    }

    [Fact]
    public void Moved_out_step_by_step_they_still_end_with_a_scope() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = new LiftDownPool2d(channels: 4);
        var x = randn(2, 4, 7, 9);
        var before = live();
        using (NewDisposeScope())
        {
            LiftBands bands;
            using (NewDisposeScope())
            {
                using var inner = NewDisposeScope();
                (_, bands) = pool.forward_with_bands(x);
                bands.MoveToOuterDisposeScope().MoveToOuterDisposeScope().Should().BeSameAs(bands);
            }

            bands.HH.IsInvalid.Should().BeFalse();
            (live() - before).Should().Be(4 + 2, "four bands and the kept last row and column are left");
        }

        live().Should().Be(before);
    });

    [Fact]
    public void Detached_they_live_until_they_are_disposed() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var pool = new LiftDownPool3d(channels: 4, dtype: ScalarType.Float64);
        using var up = new LiftUpPool3d(pool);
        var x = randn([2, 4, 5, 7, 9], ScalarType.Float64);
        var before = live();
        LiftBands bands;
        using (NewDisposeScope())
        {
            (_, bands) = pool.forward_with_bands(x);
            bands.DetachFromDisposeScope().Should().BeSameAs(bands);
        }

        (live() - before).Should().Be(8 + 3);
        using (NewDisposeScope())
        {
            up.forward(bands).ErrorTo(x).Should().BeLessThan(4e-15);
        }

        bands.Dispose();
        live().Should().Be(before);
    });

    [Fact]
    public void Left_behind_they_end_with_their_scope_and_using_them_is_an_error()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var pool = new LiftDownPool2d(channels: 4);
        using var up = new LiftUpPool2d(pool);
        LiftBands bands;
        Tensor features;
        using (NewDisposeScope())
        {
            (features, bands) = pool.forward_with_bands(randn(2, 4, 6, 6));
            features.MoveToOuterDisposeScope();
        }

        ShouldBeGone(up, features, bands);
        bands.InputShape.Should().Equal([2, 4, 6, 6], "that is no tensor");
        bands.Dispose();
        bands.Dispose();
    }

    [Fact]
    public void Disposed_they_say_so()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var pool = new LiftDownPool2d(channels: 4);
        using var up = new LiftUpPool2d(pool);
        var (y, bands) = pool.forward_with_bands(randn(2, 4, 6, 6));
        var band = bands.LH;

        bands.Dispose();
        bands.Dispose();

        band.IsInvalid.Should().BeTrue();
        ShouldBeGone(up, y, bands);
    }

    [Fact]
    public void A_Sequential_that_disposes_what_it_passes_on_leaves_the_bands_alone()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        var keeper = new Keeper(Bands2d.LL);
        using var network = nn.Sequential(("keeper", keeper), ("relu", nn.ReLU(inplace: true)), ("flatten", nn.Flatten()), ("head", nn.Linear(4 * 3 * 3, 2)));
        var x = randn(2, 4, 7, 6);

        network.forward(x).sum().backward();

        using var up = new LiftUpPool2d(keeper.pool);
        up.forward(keeper.Bands!).ErrorTo(x).Should().BeLessThan(2e-6);
    }

    private static void ShouldBeGone(LiftUpPool2d up, Tensor features, LiftBands bands)
    {
        Action[] uses =
        [
            () => _ = bands["LH"], () => _ = bands.LL, () => _ = bands.LH, () => _ = bands.HL, () => _ = bands.HH,
            () => bands.MoveToOuterDisposeScope(), () => bands.DetachFromDisposeScope(),
            () => up.forward(bands), () => up.forward(features, bands), () => up.call(bands), () => up.call(features, bands),
        ];
        foreach (var use in uses)
        {
            use.Should().ThrowExactly<ObjectDisposedException>().Which.ObjectName.Should().Contain(nameof(LiftBands));
        }
    }

    /// <summary>A pool in a Sequential that sets its bands aside for a decoder.</summary>
    private sealed class Keeper : Module<Tensor, Tensor>
    {
        internal readonly LiftDownPool2d pool;

        internal Keeper(Bands2d bands)
            : base(nameof(Keeper))
        {
            pool = new LiftDownPool2d(channels: 4, bands: bands);
            RegisterComponents();
        }

        internal LiftBands? Bands { get; private set; }

        public override Tensor forward(Tensor x)
        {
            (var y, Bands) = pool.forward_with_bands(x);
            return y;
        }
    }
}

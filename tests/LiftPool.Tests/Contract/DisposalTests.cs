using System.Runtime.CompilerServices;

namespace LiftPool.Tests;

/// <summary>Everything may be disposed in any order, and more than once; nothing crashes and nothing is left.</summary>
public class DisposalTests
{
    [Fact]
    public void Output_bands_pools_model_and_scope_end_in_every_order() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var x = randn(1, 2, 5, 4);

        // What making the parameters adds to TorchSharp's count is the same each time.
        var drift = Disposed(live, x, [0, 1, 2, 3, 4, 5]);
        int[][] orders = [.. Permutations([0, 1, 2, 3, 4, 5])];
        orders.Should().HaveCount(720);
        foreach (var order in orders)
        {
            Disposed(live, x, order).Should().Be(drift, "nothing is left after {0}", string.Join(", ", order));
        }
    });

    [Fact]
    public void A_regularizer_ends_before_or_after_what_it_collected_from() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        var x = randn(1, 2, 5, 4);
        foreach (var order in Permutations([0, 1, 2, 3]))
        {
            using var pool = new LiftDownPool2d(channels: 2);
            var before = live();
            var inner = NewDisposeScope();
            var penalty = new LiftRegularizer();
            var y = pool.forward(x);
            var loss = y.square().mean() + penalty.loss();
            IDisposable[] items = [inner, penalty, y, loss];

            foreach (var item in order)
            {
                items[item].Dispose();
                items[item].Dispose();
            }

            live().Should().Be(before, "nothing is left after {0}", string.Join(", ", order));
        }
    });

    [Fact]
    public void Penalties_that_come_when_a_regularizer_has_ended_are_freed()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(channels: 2);
        var penalty = new LiftRegularizer();
        var (c_u, c_p) = pool.penalties(ones(1, 2, 4, 4));
        penalty.Dispose();

        penalty.Collect(pool, c_u, c_p);

        new[] { c_u.IsInvalid, c_p.IsInvalid }.Should().Equal(true, true);
    }

    [Fact]
    public void The_pools_of_a_pyramid_end_with_it()
    {
        var pools = new[] { new LiftDownPool2d(channels: 2), new LiftDownPool2d(channels: 2) };
        Tensor[] weights = [.. pools.SelectMany(pool => pool.parameters())];
        var pyramid = new LiftPyramid(pools);

        pyramid.Dispose();
        pyramid.Dispose();

        weights.Should().NotBeEmpty().And.OnlyContain(weight => weight.IsInvalid);
    }

    [Fact]
    public void Backward_needs_neither_the_pool_nor_what_it_gave()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var pool = new LiftDownPool2d(channels: 4);
        var up = new LiftUpPool2d(pool);
        var leaf = randn([2, 4, 5, 6], requires_grad: true);
        Tensor Loss()
        {
            var (y, bands) = pool.forward_with_bands(leaf);
            return up.forward(y, bands).square().mean();
        }

        Loss().backward();
        var expected = leaf.grad!.clone();
        leaf.grad = null;

        Tensor loss;
        using (NewDisposeScope())
        {
            loss = Loss().MoveToOuterDisposeScope();
        }

        up.Dispose();
        pool.Dispose();
        loss.backward();
        leaf.grad!.IsExactly(expected).Should().BeTrue();
    }

    [Fact]
    public void Modules_are_disposed_twice_and_refuse_work_by_name()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        var pool = new LiftDownPool3d(channels: 2);
        var up = new LiftUpPool3d(channels: 2);
        var x = randn([1, 2, 4, 4, 4]);
        var (_, bands) = pool.forward_with_bands(x);

        for (var i = 0; i < 2; i++)
        {
            pool.Dispose();
            up.Dispose();
        }

        ((Action)(() => pool.forward(x))).Should().Throw<ObjectDisposedException>().Which.ObjectName.Should().Be("LiftDownPool3d");
        ((Action)(() => up.forward(bands))).Should().Throw<ObjectDisposedException>().Which.ObjectName.Should().Be("LiftUpPool3d");
    }

    [Fact]
    public void The_weights_of_a_scheme_end_with_it()
    {
        var scheme = LiftingScheme.Wavelet(Wavelet.Haar, learnable: true);
        var weights = scheme.parameters().ToArray();

        scheme.Dispose();

        weights.Should().NotBeEmpty().And.OnlyContain(weight => weight.IsInvalid);
    }

    [Fact]
    public void A_scheme_says_that_it_was_disposed_with_its_pool()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var scheme = new LiftingScheme(channels: 2);
        var pool = new LiftDownPool1d(scheme);
        var x = randn(1, 2, 4);
        var (s, d) = scheme.lift(x);

        pool.Dispose();

        ((Action)(() => scheme.lift(x))).Should().Throw<ObjectDisposedException>().Which.ObjectName.Should().Contain(nameof(LiftingScheme));
        ((Action)(() => scheme.unlift(s, d))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => _ = new LiftDownPool1d(scheme))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => _ = new LiftUpPool1d(scheme))).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void What_nobody_disposes_is_garbage_and_its_collection_harms_nothing()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        using var owner = new LiftDownPool2d(channels: 2);
        var x = randn(1, 2, 5, 4).DetachFromDisposeScope();
        var expected = owner.forward(x);

        var forgotten = Enumerable.Range(0, 20).SelectMany(_ => Forget(owner, x)).ToArray();
        LiveTensors.CollectGarbage();

        forgotten.Should().HaveCount(20 * 4).And.OnlyContain(item => !item.IsAlive);
        owner.forward(x).IsExactly(expected).Should().BeTrue();
        x.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] Forget(LiftDownPool2d owner, Tensor x)
    {
        var pool = new LiftDownPool2d(channels: 2);
        var up = new LiftUpPool2d(owner);
        var (y, bands) = pool.forward_with_bands(x);
        bands.DetachFromDisposeScope();
        y.DetachFromDisposeScope();
        var restored = up.forward(y, bands).DetachFromDisposeScope();
        return [new(pool), new(up), new(bands), new(restored)];
    }

    /// <summary>Makes one of each, disposes them in that order and again, and tells what is left by TorchSharp's count.</summary>
    private static long Disposed(Func<long> live, Tensor x, int[] order)
    {
        var before = live();
        var scope = NewDisposeScope();
        var pool = new LiftDownPool2d(channels: 2);
        var up = new LiftUpPool2d(pool);
        var model = nn.Sequential(("pool", pool), ("relu", nn.ReLU()));
        var (y, bands) = pool.forward_with_bands(x);
        _ = model.forward(x);
        IDisposable[] items = [y, bands, pool, up, model, scope];

        foreach (var item in order.Concat(order))
        {
            items[item].Dispose();
        }

        return live() - before;
    }

    private static IEnumerable<int[]> Permutations(int[] items) => items is []
        ? [[]]
        : items.SelectMany(first => Permutations([.. items.Where(item => item != first)]).Select(rest => (int[])[first, .. rest]));
}

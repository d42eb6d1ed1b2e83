namespace LiftPool.Tests;

/// <summary>The scope that collects penalties: when it collects, what it owns, and how it ends.</summary>
public class RegularizerTests
{
    [Fact]
    public void Only_what_runs_inside_is_collected_in_the_order_of_the_calls()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var first = new LiftDownPool2d(channels: 4);
        using var second = new LiftDownPool1d(channels: 4);
        using var sharer = LiftDownPool2d.Sharing(first);
        using var up = new LiftUpPool2d(first);
        var (image, signal) = (randn(2, 4, 6, 6), randn(2, 4, 8));

        first.forward(image);
        var penalty = new LiftRegularizer();
        second.forward(signal);
        first.call(image);
        var (_, bands) = sharer.forward_with_bands(image);
        up.forward(bands);
        first.penalties(image);
        second.call(signal);
        penalty.Shares.Select(share => share.layer).Should().Equal(second, first, sharer, second);
        penalty.Dispose();

        var after = () => first.forward(image);
        after.Should().NotThrow("nobody collects any more");
    }

    [Fact]
    public void Each_share_names_its_layers_place_in_a_model()
    {
        using var scope = NewDisposeScope();
        manual_seed(12);
        var shared = new LiftDownPool1d(channels: 4);
        using var pyramid = new LiftPyramid(new LiftDownPool1d(channels: 4), new LiftDownPool1d(channels: 4));
        using var stranger = new LiftDownPool1d(channels: 4);
        var block = nn.Sequential(("act", nn.ReLU()), ("pool", new LiftDownPool1d(channels: 4)));
        using var model = new Model(shared, block, pyramid);
        using var penalty = new LiftRegularizer();
        var x = randn(2, 4, 16);

        shared.forward(x);
        pyramid.forward(x);
        stranger.forward(x);
        block.forward(x);
        shared.forward(x);

        var shares = penalty.SharesIn(model);
        shares.Select(share => share.place).Should().Equal("first", "pyramid.levels.0", "pyramid.levels.1", null, "block.pool", "first");
        shares.Select(share => (share.layer, share.c_u, share.c_p)).Should().Equal(penalty.Shares);
        penalty.SharesIn(stranger).Select(share => share.place).Should().Equal(null, null, null, "", null, null);
        ((Action)(() => penalty.SharesIn(null!))).Should().Throw<ArgumentNullException>().Which.ParamName.Should().Be("model");
        penalty.Dispose();
        ((Action)(() => penalty.SharesIn(model))).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Nested_scopes_only_the_innermost_collects()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = new LiftDownPool1d(channels: 4);
        var x = randn(2, 4, 8);

        using var outer = new LiftRegularizer();
        pool.forward(x);
        using (var inner = new LiftRegularizer())
        {
            pool.forward(x);
            pool.forward(x);
            inner.Shares.Should().HaveCount(2);
            outer.Shares.Should().HaveCount(1);
        }

        pool.forward(x);
        outer.Shares.Should().HaveCount(2);
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, 2, 1)]
    [InlineData(1, 0, 2)]
    [InlineData(1, 2, 0)]
    [InlineData(2, 0, 1)]
    [InlineData(2, 1, 0)]
    public void Ended_in_any_order_the_innermost_that_is_left_collects(int firstEnded, int secondEnded, int thirdEnded)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var pool = new LiftDownPool1d(channels: 4);
        var x = randn(2, 4, 8);
        LiftRegularizer[] scopes = [new(), new(), new()];
        List<int> left = [0, 1, 2];

        foreach (var ended in new[] { firstEnded, secondEnded, thirdEnded })
        {
            scopes[ended].Dispose();
            scopes[ended].Dispose();
            left.Remove(ended);
            var counts = left.ConvertAll(i => scopes[i].Shares.Count);
            pool.forward(x);
            var gained = left.Where((i, place) => scopes[i].Shares.Count > counts[place]);
            gained.Should().Equal(left.TakeLast(1));
        }

        LiftRegularizer.Current.Should().BeNull();
    }

    [Fact]
    public void What_it_collects_survives_dispose_scopes_and_is_freed_by_its_own_Dispose() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var pool = new LiftDownPool2d(channels: 4);
        var x = randn(2, 4, 6, 6);
        var before = live();

        var penalty = new LiftRegularizer();
        Tensor task;
        using (NewDisposeScope())
        {
            task = pool.forward(x).add(pool.forward(x)).mean().DetachFromDisposeScope();
            penalty.c_u.IsInvalid.Should().BeFalse();
        }

        (live() - before).Should().Be((2 * 2) + 2 + 1, "two shares, the totals and the task's loss are left");
        penalty.c_p.item<float>().Should().Be(2 * penalty.Shares[0].c_p.item<float>());
        using (NewDisposeScope())
        {
            penalty.loss().add(task).backward();
        }

        pool.parameters().Should().OnlyContain(weight => weight.HasUsefulGrad());
        penalty.Dispose();
        task.Dispose();
        live().Should().Be(before);
    });

    [Fact]
    public void A_loss_taken_from_it_stays_valid_when_it_ends()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        using var pool = new LiftDownPool2d(channels: 4);
        Tensor loss;
        using (var penalty = new LiftRegularizer())
        {
            pool.forward(randn(2, 4, 6, 6));
            loss = penalty.loss();
        }

        loss.item<float>().Should().BePositive();
        loss.backward();
        pool.parameters().Should().OnlyContain(weight => weight.HasUsefulGrad());
    }

    [Fact]
    public void Ended_it_refuses_to_be_read()
    {
        using var scope = NewDisposeScope();
        var penalty = new LiftRegularizer();
        penalty.Dispose();

        foreach (var read in new Action[] { () => _ = penalty.c_u, () => _ = penalty.c_p, () => _ = penalty.Shares, () => penalty.loss() })
        {
            read.Should().Throw<ObjectDisposedException>().Which.ObjectName.Should().Contain("LiftRegularizer");
        }
    }

    [Fact]
    public void A_forward_that_fails_leaves_nothing_in_it() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        using var pool = new LiftDownPool2d(channels: 4);
        using var failing = new LiftDownPool2d(new LiftingScheme(nn.Identity(), new Failing()));
        var x = randn(2, 4, 6, 6);
        using var penalty = new LiftRegularizer();
        var before = live();

        ((Action)(() => pool.forward(randn(2, 5, 6, 6)))).Should().Throw<ArgumentException>();
        ((Action)(() => failing.forward(x))).Should().Throw<NotSupportedException>();
        ((Action)(() => failing.forward_with_bands(x))).Should().Throw<NotSupportedException>();
        penalty.Shares.Should().BeEmpty();
        (live() - before).Should().Be(1, "of the failed forwards nothing is left; the one is the input of the first");

        pool.forward(x);
        penalty.Shares.Should().ContainSingle().Which.layer.Should().BeSameAs(pool);
    });

    private sealed class Model : Module
    {
        internal Model(LiftDownPool first, Module block, LiftPyramid pyramid)
            : base(nameof(Model))
        {
            register_module("first", first);
            register_module("block", block);
            register_module("pyramid", pyramid);
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>With <c>recompute</c> the answers and gradients are those without, and nothing but inputs and outputs stays in memory.</summary>
public sealed class RecomputeTests : IClassFixture<OneThread>, IDisposable
{
    private readonly IDisposable tensorOperations = ComputePath.Force("tensor");

    public void Dispose() => tensorOperations.Dispose();

    public static IEnumerable<object[]> EveryDimension => [[1], [2], [3]];

    [Theory]
    [MemberData(nameof(EveryDimension))]
    public void Outputs_and_gradients_of_both_orders_are_those_without(int axes)
    {
        foreach (var settings in new PoolSettings[]
        {
            new(axes) { Channels = 4, Groups = 2, ProjGroups = 1, Bias = true, PaddingMode = PaddingModes.Replicate, Reduction = BandReduction.Learned },
            new(axes) { Channels = 4, Groups = 1, Bands = 0b01, CeilMode = true },
            new(axes) { Channels = 4, Bands = 0b10, Reduction = BandReduction.Concat },
        })
        {
            using var scope = NewDisposeScope();
            manual_seed(1);
            using var pool = settings.NewDownPool(ScalarType.Float64);
            using var up = AnyPool.Up(axes, pool);
            var x = randn([2, 4, .. Enumerable.Repeat(7L, axes)], dtype: ScalarType.Float64).requires_grad_();
            Tensor[] variables = [x, .. pool.parameters()];

            Tensor[] Values(bool recompute, string path = "tensor")
            {
                using var forced = ComputePath.Force(path);
                (pool.recompute, up.recompute) = (recompute, recompute);
                using var penalty = new LiftRegularizer(lambda_u: 0.3, lambda_p: 0.7, PenaltyNorm.L2);
                var (y, bands) = pool.forward_with_bands(x);
                var restored = up.forward(bands.Approximation.tanh(), bands);
                var (c_u, c_p) = pool.penalties(x);
                var loss = Gradients.Weighed(y) + Gradients.Weighed(restored) + penalty.loss() + c_u + c_p + Gradients.Weighed(pool.forward(x));
                var first = Derivative.Of(loss, variables, createGraph: true);
                var second = Derivative.Of(first.Select(Gradients.Weighed).Aggregate((sum, term) => sum + term), variables, createGraph: false);
                return [y, .. bands.Names.Select(name => bands[name]), restored, loss, .. first, .. second, .. Derivative.Of(loss, variables, createGraph: false)];
            }

            var expected = Values(recompute: false);
            Values(recompute: true).Zip(expected, (with, without) => with.RelativeNormTo(without, smallest: 1e-3))
                .Should().OnlyContain(error => error <= 1e-12, "{0}", settings);

            // The fused kernels, where they cover the settings, recompute always.
            Values(recompute: false, "auto").Zip(expected, (fused, without) => fused.RelativeNormTo(without, smallest: 1e-3))
                .Should().OnlyContain(error => error <= 1e-10, "{0}", settings);
        }
    }

    [Fact]
    public void Only_inputs_and_outputs_stay_in_memory_between_forward_and_backward()
    {
        if (Glibc.BytesInUse() is null)
        {
            // Not glibc: nobody counts.
            return;
        }

        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = new LiftDownPool2d(channels: 16, groups: 4);
        var leaf = randn(4, 16, 64, 64).requires_grad_();
        var inputs = leaf.numel() * sizeof(float);

        double Kept(bool recompute)
        {
            pool.recompute = recompute;
            using var step = NewDisposeScope();
            var before = Glibc.BytesInUse()!.Value;
            var y = pool.forward(leaf);
            var kept = (double)(Glibc.BytesInUse()!.Value - before) / inputs;
            y.sum().backward();
            return kept;
        }

        // The first calls fill LibTorch's own stores. The output is a quarter of the input.
        _ = (Kept(recompute: false), Kept(recompute: true));
        Kept(recompute: false).Should().BeInRange(4, 7);
        Kept(recompute: true).Should().BeLessThan(0.27);
    }

    [Fact]
    public void What_backward_returned_ends_with_the_next_call() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var forced = ComputePath.Force("tensor");
        using var pool = new LiftDownPool2d(2) { recompute = true };
        using var x = ones(1, 2, 8, 8);
        void Backward()
        {
            // Nobody's dispose scope ends what autograd gets.
            using var y = pool.forward(x);
            using var loss = y.sum();
            loss.backward();
        }

        long AliveAfterForward()
        {
            pool.forward(x).Dispose();
            return live();
        }

        // The first makes the gradients that the weights keep.
        Backward();
        var before = AliveAfterForward();
        Backward();
        live().Should().BeGreaterThan(before, "otherwise this is no test");
        AliveAfterForward().Should().Be(before);

        using var inner = pool.forward(x);
        using var twice = inner.sum();
        twice.backward([], retain_graph: true);
        var held = live();
        twice.backward([], retain_graph: true);
        live().Should().Be(held, "a backward lets go what the one before returned");
    });

    [Fact]
    public void Handles_of_what_backward_returned_are_forgotten()
    {
        var handle = ReturnedAndReleased();
        GC.Collect();
        handle.IsAlive.Should().BeFalse("a list of them would grow for ever");

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference ReturnedAndReleased()
        {
            var gradients = ReturnedGradients.Remember([ones(1)]);
            ReturnedGradients.Release();
            return new(gradients[0]);
        }
    }

    [Fact]
    public void Penalties_are_collected_once_with_backward_inside_the_scope_too()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var inner = new LiftDownPool1d(channels: 3);
        using var pool = new LiftDownPool2d(new LiftingScheme(new Pooling(inner), new Times(0.5))) { recompute = true };
        var x = randn(2, 3, 8, 8).requires_grad_();

        using var penalty = new LiftRegularizer();
        var y = pool.forward(x);
        var collected = penalty.Shares.Select(share => share.layer).ToArray();
        collected.Should().Equal([inner, inner, pool], "the operator pools once an axis, before the layer is done");
        (y.sum() + penalty.loss()).backward();

        penalty.Shares.Select(share => share.layer).Should().Equal(collected);
        x.grad!.LargestMagnitude().Should().BePositive();
    }

    [Fact]
    public void Parameters_of_custom_operators_get_their_gradients()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var pool = new LiftDownPool2d(new LiftingScheme(new RoundFilter(first: -1, 0.3, 0.5, 0.2), new RoundFilter(first: 0, 0.25, 0.25)));
        var x = randn([2, 3, 8, 6], ScalarType.Float64);

        Tensor[] OfTheWeights(bool recompute)
        {
            pool.recompute = recompute;
            return Derivative.Of(Gradients.Weighed(pool.forward(x)), [.. pool.parameters()], createGraph: false);
        }

        OfTheWeights(recompute: true).Zip(OfTheWeights(recompute: false), (with, without) => with.RelativeNormTo(without))
            .Should().HaveCount(2).And.OnlyContain(error => error <= 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void What_parameters_of_any_operator_had_is_added_to(int hooks)
    {
        using var scope = NewDisposeScope();
        manual_seed(8);
        using var custom = new LiftDownPool2d(new LiftingScheme(new RoundFilter(first: -1, 0.3, 0.5, 0.2), new RoundFilter(first: 0, 0.25, 0.25)));
        using var hooked = new LiftDownPool2d(channels: 3, groups: 1, bias: true, dtype: ScalarType.Float64);
        foreach (var child in hooked.Scheme.named_children().Take(hooks))
        {
            ((Module<Tensor, Tensor>)child.module).register_forward_hook((_, _, output) => output);
        }

        var x = randn([2, 3, 8, 6], ScalarType.Float64);
        foreach (var pool in new[] { custom, hooked })
        {
            Tensor[] Sums(bool recompute)
            {
                pool.recompute = recompute;
                pool.zero_grad();
                for (var step = 0; step < 3; step++)
                {
                    Gradients.Weighed(pool.forward(x)).backward();
                }

                return [.. pool.parameters().Select(weight => weight.grad!.clone())];
            }

            Sums(recompute: true).Zip(Sums(recompute: false), (with, without) => with.RelativeNormTo(without)).Should().OnlyContain(error => error <= 1e-12);
        }
    }

    [Fact]
    public void Own_operators_may_be_differentiated_on_several_threads()
    {
        using var scope = NewDisposeScope();
        manual_seed(9);
        using var pool = new LiftDownPool2d(channels: 4, groups: 2, dtype: ScalarType.Float64) { recompute = true };
        var x = randn([1, 4, 8, 8], ScalarType.Float64);
        void Steps(int count)
        {
            using var tensors = ComputePath.Force("tensor");
            for (var step = 0; step < count; step++)
            {
                using var inner = NewDisposeScope();
                Gradients.Weighed(pool.forward(x)).backward();
            }
        }

        Steps(1);
        Tensor[] once = [.. pool.parameters().Select(weight => weight.grad!.clone())];
        pool.zero_grad();

        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() => Steps(100)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        pool.parameters().Zip(once, (weight, single) => weight.grad!.RelativeNormTo(single.mul(400))).Should().OnlyContain(error => error <= 1e-10);
    }

    [Fact]
    public void Frozen_operators_run_forward_once_and_get_no_gradient()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var pool = new LiftDownPool2d(channels: 4, groups: 2, reduction: BandReduction.Learned) { recompute = true };
        var runs = 0;
        ((Module<Tensor, Tensor>)pool.Scheme.named_children().First().module).register_forward_hook((_, _, output) =>
        {
            runs++;
            return output;
        });
        foreach (var weight in pool.Scheme.parameters())
        {
            weight.requires_grad_(false);
        }

        var x = randn(2, 4, 6, 6);
        var (y, bands) = pool.forward_with_bands(x);
        runs.Should().Be(2, "one an axis");

        // A band has no gradient to hand on here, which must not end the process.
        (y.sum() + bands.HH.sum()).backward();
        runs.Should().Be(4, "the gain needs the bands");
        pool.parameters().Select(weight => weight.grad is not null).Should().BeEquivalentTo([true, false, false, false, false]);

        foreach (var weight in pool.parameters())
        {
            weight.requires_grad_(false);
        }

        pool.forward(x).requires_grad.Should().BeFalse();
        runs.Should().Be(6);
    }

    [Fact]
    public void An_output_may_be_changed_in_place()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        using var pool = new LiftDownPool2d(channels: 4, groups: 2, bands: Bands2d.LL) { recompute = true };
        using var up = new LiftUpPool2d(pool) { recompute = true };
        var x = randn(1, 4, 6, 6).requires_grad_();

        var (y, bands) = pool.forward_with_bands(x);
        var before = bands.LL.clone();
        y.relu_();
        bands.LL.IsExactly(before).Should().BeTrue();
        up.forward(bands).relu_().sum().backward();
        pool.forward(x).relu_().sum().backward();
        x.grad!.LargestMagnitude().Should().BePositive();
    }

    [Fact]
    public void What_an_operator_throws_comes_out_of_forward_and_other_parameters_in_backward_are_a_fault()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        var x = randn(2, 4, 6, 6).requires_grad_();
        using var failing = new LiftDownPool2d(new LiftingScheme(new Failing(), new Failing())) { recompute = true };
        failing.Invoking(pool => pool.forward(x)).Should().Throw<NotSupportedException>();

        using var pool = new LiftDownPool2d(channels: 4, groups: 2) { recompute = true };
        var y = pool.forward(x);
        pool.to(ScalarType.Float64);
        y.Invoking(output => output.sum().backward()).Should().Throw<ExternalException>();
        BackwardFault.Last.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("parameters");
    }

    /// <summary>An operator that runs a pool of somebody else's and takes its output for every second sample.</summary>
    private sealed class Pooling(LiftDownPool1d pool) : Module<Tensor, Tensor>(nameof(Pooling))
    {
        // In a holder that is no module: the operator neither owns nor registers the pool.
        private readonly Func<Tensor, Tensor> pooled = pool.forward;

        public override Tensor forward(Tensor input) => pooled(input).repeat_interleave(2, dim: -1);
    }
}

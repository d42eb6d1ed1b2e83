using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>
/// Inference mode on every path: what LibTorch's own layers do there. Backward gives every gradient, forward records nothing.
/// </summary>
public sealed class InferenceModeTests : IClassFixture<OneThread>
{
    public static IEnumerable<object[]> EveryWay
        => Enumerable.Range(1, 3).SelectMany(axes
            => new object[][] { [axes, "auto", false], [axes, "tensor", false], [axes, "tensor", true] });

    [Theory]
    [MemberData(nameof(EveryWay))]
    public void Backward_in_inference_mode_gives_the_gradients_of_one_outside(int axes, string path, bool recompute)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var own = AnyPool.Down(axes, channels: 4, reduction: BandReduction.Learned, bias: true, dtype: ScalarType.Float64);
        var scheme = new LiftingScheme(new RoundFilter(first: -1, 0.3, 0.5, 0.2), new RoundFilter(first: 0, 0.25, 0.25));
        using var custom = AnyPool.Down(axes, scheme);
        var leaf = randn(AnyPool.Eights(axes, 2, 4), ScalarType.Float64).requires_grad_();
        foreach (var pool in new[] { own, custom })
        {
            using var up = AnyPool.Up(axes, pool);
            Tensor[] variables = [leaf, .. pool.parameters()];
            var expected = AllGradients(pool, up, variables, "tensor", recompute: false, inference: false);

            foreach (var createGraph in new[] { false, true })
            {
                var found = AllGradients(pool, up, variables, path, recompute, inference: true, createGraph);
                found.Zip(expected, (inside, outside) => inside.RelativeNormTo(outside)).Should().OnlyContain(error => error <= 1e-12);
                found.Should().OnlyContain(gradient => !gradient.requires_grad, "nothing is recorded in inference mode, as of Conv2d");
            }
        }
    }

    [Fact]
    public void LibTorchs_own_layers_give_gradients_there_too_and_record_nothing()
    {
        using var scope = NewDisposeScope();
        using var conv = Conv2d(2, 2, 3);
        var x = randn(1, 2, 8, 8).requires_grad_();
        var loss = functional.max_pool2d(conv.forward(x), 2).square().sum();
        using (inference_mode())
        {
            autograd.backward(loss, create_graph: true);
        }

        new[] { x, conv.weight!, conv.bias! }.Should().OnlyContain(variable => variable.HasUsefulGrad() && !variable.grad!.requires_grad);
    }

    [Theory]
    [MemberData(nameof(EveryWay))]
    public void Forward_in_inference_mode_records_nothing_even_with_enable_grad(int axes, string path, bool recompute)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force(path);
        using var pool = AnyPool.Down(axes, channels: 4);
        using var up = AnyPool.Up(axes, pool);
        (pool.recompute, up.recompute) = (recompute, recompute);
        var x = randn(AnyPool.Eights(axes, 2, 4)).requires_grad_();
        var expected = pool.forward(x);

        using var inference = inference_mode();
        using var recorded = enable_grad();
        var (y, bands) = pool.forward_with_bands(x);
        var restored = up.forward(bands);

        y.ErrorTo(expected).Should().BeLessThan(2e-6);
        restored.ErrorTo(x).Should().BeLessThan(2e-6);
        new[] { y, restored, bands.Approximation }.Should().OnlyContain(value => !value.requires_grad);
    }

    [Theory]
    [MemberData(nameof(EveryWay))]
    public void A_tensor_made_in_inference_mode_is_refused_where_Conv2d_refuses_it(int axes, string path, bool recompute)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force(path);
        using var pool = AnyPool.Down(axes, channels: 4);
        pool.recompute = recompute;
        Tensor x;
        using (inference_mode())
        {
            x = randn(AnyPool.Eights(axes, 2, 4));
        }

        pool.Invoking(layer => layer.forward(x)).Should().Throw<Exception>().WithMessage("*nference tensor*");
        using (no_grad())
        {
            pool.forward(x).requires_grad.Should().BeFalse();
        }
    }

    [Fact]
    public void A_total_read_in_inference_mode_keeps_the_graph_of_the_loss()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(channels: 4);
        using var penalty = new LiftRegularizer();
        pool.forward(randn(1, 4, 8, 8));
        using (inference_mode())
        {
            penalty.c_u.item<float>().Should().BePositive();
        }

        penalty.loss().backward();
        pool.parameters().Should().OnlyContain(weight => weight.HasUsefulGrad());
    }

    private static Tensor[] AllGradients(
        LiftDownPool pool, LiftUpPool up, Tensor[] variables, string path, bool recompute, bool inference, bool createGraph = false)
    {
        using var forced = ComputePath.Force(path);
        (pool.recompute, up.recompute) = (recompute, recompute);
        Array.ForEach(variables, variable => variable.grad = null);
        using var penalty = new LiftRegularizer(lambda_u: 0.3, lambda_p: 0.7, PenaltyNorm.L2);

        // Not a leaf, as in a network.
        var (y, bands) = pool.forward_with_bands(variables[0].mul(0.5));
        var loss = Gradients.Weighed(y) + Gradients.Weighed(up.forward(bands.Approximation.tanh(), bands)) + penalty.loss();
        using (inference_mode(inference))
        {
            autograd.backward(loss, create_graph: createGraph);
        }

        return [.. variables.Select(variable => (variable.grad ?? zeros_like(variable.detach())).clone())];
    }
}

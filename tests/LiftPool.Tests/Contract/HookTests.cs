namespace LiftPool.Tests;

/// <summary>Hooks on operators and up-pools run, see what they should see, and may change it. Each layer's: EveryLayerTests.</summary>
public class HookTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Hooks_on_the_operators_run_once_an_axis_in_the_order_of_the_steps(int axes)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = AnyPool.Down(axes, channels: 4);
        using var up = AnyPool.Up(axes, pool);
        List<string> calls = [];
        foreach (var (name, op) in Operators(pool))
        {
            op.register_forward_pre_hook((_, input) => Noted(calls, $"before {name}", input.dim() == 3 && input.is_contiguous()));
            op.register_forward_hook((_, input, output) => Noted(calls, $"after {name}", output.shape.SequenceEqual(input.shape)));
        }

        var (_, bands) = pool.forward_with_bands(randn([1, 4, .. Enumerable.Repeat(4L, axes)]));
        string[] axis = ["before predict", "after predict", "before update", "after update"];
        calls.Should().Equal(Enumerable.Repeat(axis, axes).SelectMany(calls => calls));

        calls.Clear();
        up.forward(bands);
        string[] backwards = ["before update", "after update", "before predict", "after predict"];
        calls.Should().Equal(Enumerable.Repeat(backwards, axes).SelectMany(calls => calls), "the inverse takes the steps backwards");
    }

    [Fact]
    public void A_hook_that_zeroes_the_operators_leaves_the_plain_split()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var pool = new LiftDownPool2d(channels: 4);
        var x = randn(2, 4, 6, 8);
        foreach (var (_, op) in Operators(pool))
        {
            op.register_forward_hook((_, _, output) => zeros_like(output));
        }

        // Even samples (counted from 1) are x[1::2]: low. Odd ones are x[0::2]: high. The row comes first in a name.
        var (_, bands) = pool.forward_with_bands(x);
        bands.LL.IsExactly(Every(x, row: 1, column: 1)).Should().BeTrue();
        bands.LH.IsExactly(Every(x, row: 0, column: 1)).Should().BeTrue();
        bands.HL.IsExactly(Every(x, row: 1, column: 0)).Should().BeTrue();
        bands.HH.IsExactly(Every(x, row: 0, column: 0)).Should().BeTrue();
    }

    [Fact]
    public void Hooks_on_the_convolutions_inside_an_operator_run_and_can_be_removed()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var pool = new LiftDownPool1d(channels: 4);
        List<string> calls = [];
        var removers = Operators(pool)
            .SelectMany(op => op.module.named_children().Select(child => (name: $"{op.name}.{child.name}", (Module<Tensor, Tensor>)child.module)))
            .Select(child => child.Item2.register_forward_hook((_, _, _) => Noted(calls, child.name)))
            .ToArray();

        pool.call(randn(1, 4, 6));
        calls.Should().Equal("predict.conv", "predict.proj", "update.conv", "update.proj");

        calls.Clear();
        Array.ForEach(removers, remover => remover.remove());
        pool.call(randn(1, 4, 6));
        calls.Should().BeEmpty();
    }

    [Fact]
    public void Both_call_forms_of_an_up_pool_run_its_hooks()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var pool = new LiftDownPool2d(channels: 4);
        using var up = new LiftUpPool2d(pool);
        var (_, bands) = pool.forward_with_bands(randn(1, 4, 6, 6));
        var features = randn(1, 4, 3, 3);
        List<Tensor> seen = [];
        up.register_forward_pre_hook((_, input, carried) =>
        {
            carried.Should().BeSameAs(bands);
            seen.Add(input);
            return null;
        });
        up.register_forward_hook((_, _, _, output) => output.neg());

        up.call(bands).IsExactly(up.forward(bands).neg()).Should().BeTrue();
        up.call(features, bands).IsExactly(up.forward(features, bands).neg()).Should().BeTrue();

        seen.Should().HaveCount(2);
        seen[0].Should().BeSameAs(bands.LL);
        seen[1].Should().BeSameAs(features);
    }

    [Fact]
    public void A_pre_hook_may_put_other_features_and_bands_in_their_place()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        using var pool = new LiftDownPool2d(channels: 4);
        using var up = new LiftUpPool2d(pool);
        var (_, bands) = pool.forward_with_bands(randn(1, 4, 6, 6));
        var x = randn(1, 4, 7, 5);
        var (_, others) = pool.forward_with_bands(x);
        up.register_forward_pre_hook((_, _, _) => (others.LL, others));

        up.call(bands).ErrorTo(x).Should().BeLessThan(2e-6);
    }

    private static IEnumerable<(string name, Module<Tensor, Tensor> module)> Operators(LiftDownPool pool)
        => pool.Scheme.named_children().Select(child => (child.name, (Module<Tensor, Tensor>)child.module));

    private static Tensor Every(Tensor x, int row, int column) => x.slice(2, row, x.size(2), 2).slice(3, column, x.size(3), 2);

    // A hook that returns null changes nothing.
    private static Tensor Noted(List<string> calls, string call, bool asExpected = true)
    {
        asExpected.Should().BeTrue(call);
        calls.Add(call);
        return null!;
    }
}

namespace LiftPool.Tests;

/// <summary>call_with_bands is forward_with_bands with the module's hooks, which run as call runs them.</summary>
public class CallWithBandsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Without_hooks_it_is_forward_with_bands(int axes)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var pool = AnyPool.Down(axes, channels: 4);
        var x = randn(AnyPool.Eights(axes, 2, 4)).requires_grad_();

        var (y, bands) = pool.call_with_bands(x);

        var (expected, expectedBands) = pool.forward_with_bands(x);
        y.IsExactly(expected).Should().BeTrue();
        ShouldBeAlike(bands, expectedBands);
        y.sum().backward();
        x.grad!.LargestMagnitude().Should().BePositive();
    }

    [Fact]
    public void Hooks_run_as_call_runs_them_and_change_the_input_and_the_output()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = new LiftDownPool2d(channels: 4);
        var (x, second, third) = (randn(1, 4, 6, 6), randn(2, 4, 7, 5), randn(1, 4, 8, 8));
        List<(string hook, Tensor? input, Tensor? output)> seen = [];
        Tensor? replaced = null;
        pool.register_forward_pre_hook((_, input) => Seen("first", input, null, second));
        pool.register_forward_pre_hook((_, input) => Seen("second", input, null, null));
        pool.register_forward_pre_hook((_, input) => Seen("third", input, null, third));
        pool.register_forward_pre_hook(_ => Seen("of the module", null, null, null));
        pool.register_forward_hook(_ => Seen("of the module, after", null, null, null));
        pool.register_forward_hook((_, input, output) => Seen("after", input, output, replaced = output.neg()));
        pool.register_forward_hook((_, input, output) => Seen("after, second", input, output, null));

        var y = pool.call(x);
        var ofCall = seen.ToArray();
        seen.Clear();
        var (again, bands) = pool.call_with_bands(x);

        seen.Select(one => (one.hook, one.input)).Should().Equal(ofCall.Select(one => (one.hook, one.input)));
        seen.Select(one => one.hook).Should().Equal("of the module", "first", "second", "third", "after", "after, second", "of the module, after");
        seen.Zip(ofCall).Where(pair => pair.First.output is not null)
            .Should().HaveCount(2).And.OnlyContain(pair => pair.First.output!.IsExactly(pair.Second.output!));
        again.Should().BeSameAs(replaced);
        again.IsExactly(y).Should().BeTrue();
        var (expected, expectedBands) = pool.forward_with_bands(third);
        again.IsExactly(expected.neg()).Should().BeTrue();
        ShouldBeAlike(bands, expectedBands);

        Tensor Seen(string hook, Tensor? input, Tensor? output, Tensor? instead)
        {
            seen.Add((hook, input, output));
            return instead!;
        }
    }

    [Fact]
    public void A_hook_may_call_the_same_pool()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var pool = new LiftDownPool2d(channels: 4);
        var (x, other) = (randn(1, 4, 6, 6), randn(1, 4, 10, 4));
        var (expected, expectedBands) = pool.forward_with_bands(x);
        var depth = 0;
        List<LiftBands> inner = [];
        pool.register_forward_pre_hook((_, _) => Inside());
        pool.register_forward_hook((_, _, _) => Inside());

        var (y, bands) = pool.call_with_bands(x);

        y.IsExactly(expected).Should().BeTrue();
        ShouldBeAlike(bands, expectedBands);
        inner.Should().HaveCount(4).And.OnlyContain(others => others.InputShape.SequenceEqual(other.shape));
        inner.Should().OnlyHaveUniqueItems();

        Tensor Inside()
        {
            if (++depth == 1)
            {
                pool.forward(other);
                pool.call(other);
                inner.Add(pool.forward_with_bands(other).bands);
                inner.Add(pool.call_with_bands(other).bands);
            }

            depth--;
            return null!;
        }
    }

    [Theory]
    [InlineData("before")]
    [InlineData("of the module, before")]
    [InlineData("after")]
    [InlineData("of the module, after")]
    public void What_a_hook_throws_comes_out_and_no_band_is_left(string hook) => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var pool = new LiftDownPool2d(channels: 4);
        var x = randn(1, 4, 7, 5);
        _ = hook switch
        {
            "before" => pool.register_forward_pre_hook((_, _) => throw new NotSupportedException()),
            "of the module, before" => pool.register_forward_pre_hook(_ => throw new NotSupportedException()),
            "after" => pool.register_forward_hook((_, _, _) => throw new NotSupportedException()),
            _ => pool.register_forward_hook(_ => throw new NotSupportedException()),
        };

        var before = live();
        pool.Invoking(p => p.call(x)).Should().Throw<NotSupportedException>();
        var ofCall = live() - before;
        pool.Invoking(p => p.call_with_bands(x)).Should().Throw<NotSupportedException>();

        (live() - before).Should().Be(2 * ofCall, "the output alone stays, as with call: the hook may keep it");
        ofCall.Should().Be(hook.EndsWith("after", StringComparison.Ordinal) ? 1 : 0);
    });

    [Fact]
    public void What_it_gives_belongs_to_the_callers_scope_and_a_wrong_input_is_refused_after_the_hooks() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var pool = new LiftDownPool2d(channels: 4);
        var (x, wrong) = (randn(1, 4, 7, 5), randn(1, 5, 7, 5));
        BadCall.Refused(() => pool.call_with_bands(wrong), "LiftDownPool2d", "4 channels", "5", "input");
        ((Action)(() => pool.call_with_bands(null!))).Should().Throw<ArgumentNullException>().Which.ParamName.Should().Be("input");

        pool.register_forward_pre_hook((_, input) => ReferenceEquals(input, wrong) ? x : input);
        pool.register_forward_hook((_, _, output) => output.mul(2));
        var before = live();
        using (NewDisposeScope())
        {
            var (y, bands) = pool.call_with_bands(wrong);
            y.shape.Should().Equal(1, 4, 3, 2);
            bands.InputShape.Should().Equal(x.shape);
        }

        live().Should().Be(before);
    });

    [Fact]
    public void Each_thread_gets_its_own_bands()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        using var pool = new LiftDownPool2d(channels: 4);
        var inputs = Enumerable.Range(0, 8).Select(i => randn(1, 4, 6 + i, 6)).ToArray();
        var expected = inputs.Select(x => pool.forward_with_bands(x)).ToArray();
        pool.register_forward_pre_hook((_, _) =>
        {
            Thread.Yield();
            return null!;
        });

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, round =>
        {
            using var inner = NewDisposeScope();
            var (y, bands) = pool.call_with_bands(inputs[round % 8]);
            y.IsExactly(expected[round % 8].output).Should().BeTrue();
            ShouldBeAlike(bands, expected[round % 8].bands);
        });
        GC.KeepAlive(inputs);
    }

    [Fact]
    public void A_regularizer_collects_it_once()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        using var pool = new LiftDownPool2d(channels: 4);
        pool.register_forward_hook((_, _, output) => output.neg());
        using var penalty = new LiftRegularizer();

        pool.call_with_bands(randn(1, 4, 6, 6));

        penalty.Shares.Should().ContainSingle().Which.layer.Should().BeSameAs(pool);
    }

    private static void ShouldBeAlike(LiftBands bands, LiftBands expected)
    {
        bands.Names.Should().Equal(expected.Names);
        bands.Names.Should().OnlyContain(name => bands[name].IsExactly(expected[name]));
        bands.Cropped.Should().HaveSameCount(expected.Cropped);
        bands.Cropped.Zip(expected.Cropped).All(pair => pair.First.IsExactly(pair.Second)).Should().BeTrue();
    }
}

using System.Diagnostics;
using System.Text.RegularExpressions;
using TorchSharp.Modules;

namespace LiftPool.Tests;

/// <summary>What surgery leaves as it was, what the lifts take over, and its options.</summary>
public sealed class SurgeryTests
{
    [Fact]
    public void All_else_is_as_it_was()
    {
        using var scope = NewDisposeScope();
        var model = Net();
        var (norm, dropout) = ((BatchNorm2d)model[1], (Module)model[2]);
        norm.eval();
        var x = rand(2, 3, 16, 16);
        (model.call(x) * 3).sum().backward();
        var before = model.state_dict().ToDictionary(entry => entry.Key, entry => (entry.Value.clone(), entry.Value.Handle));
        var gradients = model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.grad!.clone());
        var random = get_rng_state();
        var copy = x.clone();

        LiftSurgery.ReplaceMaxPools(model, x).Replaced.Should().Be(1);

        get_rng_state().IsExactly(random).Should().BeTrue();
        x.IsExactly(copy).Should().BeTrue();
        (model.training, norm.training, dropout.training, ((Module)model[3]).training).Should().Be((true, false, true, true));
        var after = model.state_dict();
        after.Keys.Except(before.Keys).Should().Equal(
            "pool.scheme.predict.weight", "pool.scheme.update.weight", "pool.scheme.update.factor");
        foreach (var (key, (value, handle)) in before)
        {
            after[key].IsExactly(value).Should().BeTrue(key);
            after[key].Handle.Should().Be(handle, key);
        }

        foreach (var (name, parameter) in model.named_parameters().Where(entry => gradients.ContainsKey(entry.name)))
        {
            parameter.grad!.IsExactly(gradients[name]).Should().BeTrue(name);
        }

        // What would write buffers or draw numbers in a forward of its own accord, even in evaluation mode.
        var restless = Sequential(("restless", new Restless()), ("pool", MaxPool2d(2)));
        LiftSurgery.ReplaceMaxPools(restless, x).Replaced.Should().Be(1);
        restless.state_dict()["restless.count"].item<float>().Should().Be(0);
        get_rng_state().IsExactly(random).Should().BeTrue();
    }

    [Fact]
    public void A_backward_that_is_still_to_come_still_can()
    {
        using var scope = NewDisposeScope();
        var model = Net();
        model.eval();
        var x = rand(2, 3, 16, 16);
        var loss = model.call(x).sum();
        LiftSurgery.ReplaceMaxPools(model, x);
        loss.backward();
        model.parameters().First().grad.Should().NotBeNull();
    }

    [Fact]
    public void Hooks_come_along_and_can_still_be_removed()
    {
        using var scope = NewDisposeScope();
        var model = Net();
        var calls = 0;
        var hook = ((MaxPool2d)model[3]).register_forward_hook((_, _, output) =>
        {
            calls++;
            return output * 2;
        });
        var x = rand(2, 3, 16, 16);
        model.eval();
        var wanted = model.call(x);
        LiftSurgery.ReplaceMaxPools(model, x).Replaced.Should().Be(1);

        calls = 0;
        model.call(x).ErrorTo(wanted).Should().BeLessThan(1e-6);
        calls.Should().Be(1);
        hook.remove();
        model.call(x).ErrorTo(wanted / 2).Should().BeLessThan(1e-6);
        calls.Should().Be(1);
    }

    [Fact]
    public void An_example_that_does_not_go_through_changes_nothing()
    {
        using var scope = NewDisposeScope();
        var model = Net();
        var modules = model.named_modules().Select(entry => entry.module).ToArray();
        var x = rand(2, 5, 16, 16);
        var random = get_rng_state();

        FluentActions.Invoking(() => LiftSurgery.ReplaceMaxPools(model, x)).Should().Throw<ArgumentException>()
            .WithMessage("LiftSurgery: expected an example that goes through the model, got: *");

        model.named_modules().Select(entry => entry.module).Should().Equal(modules);
        model.training.Should().BeTrue();
        get_rng_state().IsExactly(random).Should().BeTrue();
        model.call(rand(2, 3, 16, 16));
    }

    [Fact]
    public void Strict_changes_nothing_unless_all_can_be_replaced()
    {
        using var scope = NewDisposeScope();
        var model = Sequential(("one", MaxPool2d(2)), ("dense", MaxPool2d(3, 1, 1)), ("four", MaxPool2d(4)));
        var x = rand(1, 2, 32, 32);
        var strict = new LiftSurgeryOptions { Strict = true };

        FluentActions.Invoking(() => LiftSurgery.ReplaceMaxPools(model, x, strict)).Should().Throw<InvalidOperationException>()
            .WithMessage("LiftSurgery: not everything can be replaced, so nothing was changed.\nname *four * stride 4: a lift halves*");
        model[0].Should().BeOfType<MaxPool2d>();

        var two = new LiftSurgeryOptions { Strict = true, Where = (name, _) => name != "four" };
        LiftSurgery.ReplaceMaxPools(model, x, two).Replaced.Should().Be(1);
        LiftSurgery.ReplaceMaxPools(model, x).Rows.Select(row => row.Name).Should().Equal("dense", "four");
    }

    [Fact]
    public void No_effect_is_a_warning()
    {
        using var scope = NewDisposeScope();
        using var written = new StringWriter();
        using var listener = new TextWriterTraceListener(written);
        Trace.Listeners.Add(listener);
        try
        {
            var report = LiftSurgery.ReplaceMaxPools(Sequential(ReLU()), rand(1, 2));
            report.Warning.Should().Be("LiftSurgery: the model has no pool that could be replaced: nothing was changed.");
            report.ToString().Should().EndWith(report.Warning);
        }
        finally
        {
            Trace.Listeners.Remove(listener);
        }

        written.ToString().Should().Contain("no pool that could be replaced");
    }

    [Fact]
    public void What_it_starts_from_can_be_chosen()
    {
        using var scope = NewDisposeScope();
        var x = rand(2, 3, 17, 16);
        var learned = Net();
        LiftSurgeryOptions paper = new() { Start = site => new LiftDownPool2d(site.Channels!.Value, ceil_mode: site.CeilMode) };
        LiftSurgery.ReplaceMaxPools(learned, x, paper).Replaced.Should().Be(1);
        ((LiftDownPool2d)learned[3]).kernel_size.Should().Be(5);

        var wide = Net();
        LiftSurgeryOptions fiveTaps = new() { Start = site => site.NewPool(LiftingScheme.MaxLifting(true, site.Channels, kernel_size: 5)) };
        LiftSurgery.ReplaceMaxPools(wide, x, fiveTaps).Difference.Should().BeLessThan(1e-6);
        ((LiftDownPool2d)wide[3]).parameters().First().shape.Should().Equal(8, 1, 5);

        var kept = Net();
        LiftSurgery.ReplaceMaxPools(kept, x, new() { Start = _ => null }).Rows[0].Outcome.Should().Be(LiftSurgeryOutcome.Kept);

        var still = Net();
        LiftSurgery.ReplaceMaxPools(still, x, new() { Learnable = false }).Replaced.Should().Be(1);
        still.parameters().Should().HaveCount(4);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void The_lifts_have_the_type_of_what_comes(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var model = Sequential(("conv", Conv2d(3, 16, 1)), ("pool", MaxPool2d(3, 2, 1))).to(dtype);
        model.eval();
        foreach (var weight in model.parameters())
        {
            weight.requires_grad_(false);
        }

        var x = randn(2, 3, 15, 16).to(dtype).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        var wanted = model.call(x);
        var report = LiftSurgery.ReplaceMaxPools(model, x);

        report.Replaced.Should().Be(1);
        ((LiftDownPool2d)model[1]).training.Should().BeFalse();
        var found = model.call(x);
        found.dtype.Should().Be(dtype);
        found.stride().Should().Equal(wanted.stride());
        found.LargestErrorTo(wanted).Should().BeLessThanOrEqualTo(4 * finfo(dtype).eps * wanted.LargestMagnitude());

        // The rest is frozen, the lift learns.
        model.named_parameters().Where(entry => entry.parameter.requires_grad).Select(entry => entry.name)
            .Should().OnlyContain(name => name.StartsWith("pool.", StringComparison.Ordinal));
        found.sum().backward();
        model.named_parameters().Single(entry => entry.name == "pool.scheme.predict.weight").parameter.grad.Should().NotBeNull();
    }

    [Theory]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NaN)]
    public void What_the_example_does_not_show_to_be_equal_is_not_replaced(float value)
    {
        using var scope = NewDisposeScope();
        var x = rand(1, 2, 8, 8);
        x[0, 0, 0, 0] = value;
        x[0, 0, 0, 1] = value;
        var row = LiftSurgery.ReplaceMaxPools(Sequential(MaxPool2d(2)), x).Rows[0];
        (row.Outcome, row.Is, row.Difference, row.Why).Should().Be(
            (LiftSurgeryOutcome.NotPossible, null, null, "the example brings NaN or infinities there, on which the two cannot be compared"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_may_be_items_without_channels_gets_one_filter_for_all(int axes)
    {
        using var scope = NewDisposeScope();
        Module<Tensor, Tensor> pool = axes switch { 1 => MaxPool1d(2), 2 => MaxPool2d(3, 2, 1), _ => MaxPool3d(2) };
        var model = Sequential(("pool", pool));
        long[] map = [.. Enumerable.Repeat(9L, axes)];

        var report = LiftSurgery.ReplaceMaxPools(model, rand([4, .. map]));

        report.Replaced.Should().Be(1);
        report.Rows[0].Channels.Should().BeEmpty();
        report.ToString().Split('\n')[1].Should().EndWith("  any: one filter for all");
        foreach (var items in (long[])[4, 7, 1])
        {
            var x = rand([items, .. map]);
            model.call(x).ErrorTo(pool.call(x)).Should().BeLessThan(1e-6);
        }
    }

    [Fact]
    public void Where_is_asked_of_pools_alone()
    {
        using var scope = NewDisposeScope();
        List<string> asked = [];
        LiftSurgeryOptions options = new()
        {
            Where = (name, module) =>
            {
                asked.Add(name);
                return module is MaxPool2d;
            },
        };
        var model = Sequential(("conv", Conv2d(3, 8, 1)), ("call", new Calling()), ("pool", MaxPool2d(2)));
        var report = LiftSurgery.ReplaceMaxPools(model, rand(1, 3, 16, 16), options);

        asked.Should().Equal("pool");
        report.Rows.Select(row => (row.Name, row.Outcome)).Should().Equal(
            ("pool", LiftSurgeryOutcome.Replaced), ("call", LiftSurgeryOutcome.NotKnown));
    }

    [Fact]
    public void It_stands_in_a_regularizer_and_a_dispose_scope_without_leaving_anything()
    {
        using var outer = NewDisposeScope();
        var model = Net();
        var x = rand(2, 3, 16, 16);
        using (var regularizer = new LiftRegularizer())
        {
            using var inner = NewDisposeScope();
            LiftSurgery.ReplaceMaxPools(model, x).Replaced.Should().Be(1);
            LiftSurgery.ReplaceMaxPools(model, x).Replaced.Should().Be(0);
            regularizer.Shares.Should().BeEmpty();
        }

        model.call(x).sum().backward();
        model.parameters().Should().OnlyContain(weight => !weight.IsInvalid);

        // Without new parameters the count is exact.
        var nothing = new LiftSurgeryOptions { Start = _ => null };
        LiveTensors.CountedOnAThreadOfItsOwn(live =>
        {
            var before = live();
            LiftSurgery.ReplaceMaxPools(Sequential(MaxPool2d(2)), x, nothing);
            live().Should().Be(before);
        });
    }

    [Fact]
    public void A_model_of_several_inputs_is_run_by_its_caller()
    {
        using var scope = NewDisposeScope();
        var model = new Two();
        LiftSurgery.ReplaceMaxPools(model, () => model.call(rand(1, 4, 8, 8), rand(1, 4, 8, 8))).Replaced.Should().Be(1);
    }

    [Fact]
    public void The_table_says_name_was_is_and_why()
    {
        using var scope = NewDisposeScope();
        var model = Sequential(
            ("stem", Conv2d(3, 16, 3, stride: 2, padding: 1)), ("pool", MaxPool2d(3, 2, 1)), ("mean", AvgPool2d((1, 2))),
            ("dense", MaxPool2d(3, 1, 1)), ("last", AdaptiveMaxPool2d([1, 1])));
        LiftSurgeryOptions all = new() { AveragePools = true, StridedConvolutions = true };

        var lines = LiftSurgery.ReplaceMaxPools(model, rand(1, 3, 32, 32), all).ToString().Split('\n');

        lines[..^1].Select(line => Regex.Replace(line, " {2,}", " | ")).Should().Equal(
            "name | was | is | channels, or why not",
            "stem | Conv2d(3, 16, 3, stride=2, padding=1) | stride 1, then LiftDownPool2d(first of each pair, ceil_mode=True) | 16",
            "pool | MaxPool2d(3, stride=2, padding=1) | LiftDownPool2d(MaxLifting, ceil_mode=True, dense_max=Back) | 16",
            "mean | AvgPool2d((1, 2)) | LiftDownPool2d(Mean, axes=Width) | 16",
            "dense | MaxPool2d(3, stride=1, padding=1) | stride 1: it does not halve",
            "last | AdaptiveMaxPool2d | its windows follow the size of what comes");
        lines[^1].Should().StartWith("3 replaced; largest difference on the example: ");
        lines[..4].Select(line => line.LastIndexOf("  ", StringComparison.Ordinal)).Distinct().Should().ContainSingle();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_convolution_of_stride_two_keeps_its_keys_and_outputs(int axes)
    {
        using var scope = NewDisposeScope();
        Module<Tensor, Tensor> conv = axes switch
        {
            1 => Conv1d(16, 32, 3, stride: 2, padding: 1, groups: 2),
            2 => Conv2d(16, 32, (3, 3), stride: (2, 2), padding: (2, 1), dilation: (2, 2), padding_mode: PaddingModes.Reflect, bias: false),
            _ => Conv3d(16, 16, (3, 1, 3), stride: (2, 1, 2), padding: (1, 0, 1)),
        };
        var model = Sequential(("conv", conv), ("dense", Conv1d(1, 1, 1)))[0..1];
        var keys = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        foreach (var length in (long[])[7, 8, 9, 12, 13])
        {
            using var one = NewDisposeScope();
            var x = randn([1, 16, .. Enumerable.Range(0, axes).Select(axis => length + axis)]);
            var wanted = conv.call(x);
            var own = Sequential(("conv", conv));
            var report = LiftSurgery.ReplaceMaxPools(own, x, new() { StridedConvolutions = true });
            report.Replaced.Should().Be(1);
            own.call(x).shape.Should().Equal(wanted.shape);
            own.call(x).ErrorTo(wanted).Should().BeLessThan(2e-5);
            own.state_dict().Keys.Where(key => !key.StartsWith("conv.pool.", StringComparison.Ordinal)).Should().Equal(keys.Keys);
            own.load_state_dict(keys, strict: false);
        }

        LiftSurgery.ReplaceMaxPools(model, randn([1, 16, .. Enumerable.Repeat(9L, axes)])).Rows.Should().BeEmpty();
    }

    [Fact]
    public void A_convolution_whose_padding_is_a_word_is_replaced()
    {
        using var scope = NewDisposeScope();
        var conv = Conv2d(16, 16, 2, Padding.Valid, stride: 2);
        var model = Sequential(("conv", conv));
        var x = randn(1, 16, 8, 9);
        using var wanted = conv.call(x);

        var row = LiftSurgery.ReplaceMaxPools(model, x, new() { StridedConvolutions = true }).Rows.Should().ContainSingle().Subject;

        (row.Was, row.Outcome).Should().Be(("Conv2d(16, 16, 2, stride=2)", LiftSurgeryOutcome.Replaced));
        model.call(x).ErrorTo(wanted).Should().BeLessThan(2e-5);
    }

    [Fact]
    public void A_surgery_without_a_model_or_an_example()
    {
        using var scope = NewDisposeScope();
        using var model = Sequential(MaxPool2d(2));
        var x = zeros(1, 1, 4, 4);
        void Null(Action call, string parameter) => call.Should().Throw<ArgumentNullException>().WithParameterName(parameter);
        Null(() => LiftSurgery.ReplaceMaxPools(null!, x), "model");
        Null(() => LiftSurgery.ReplaceMaxPools(model, (Tensor)null!), "example");
        Null(() => LiftSurgery.ReplaceMaxPools(null!, () => { }), "model");
        Null(() => LiftSurgery.ReplaceMaxPools(model, (Action)null!), "example");
    }

    [Fact]
    public void A_report_has_the_largest_difference_of_what_was_replaced()
    {
        LiftSurgeryRow Row(LiftSurgeryOutcome outcome, double? difference) => new() { Outcome = outcome, Difference = difference };
        var (replaced, not) = (LiftSurgeryOutcome.Replaced, LiftSurgeryOutcome.NotPossible);

        new LiftSurgeryReport([Row(replaced, 1e-8), Row(replaced, null), Row(replaced, 3e-8), Row(not, 1)]).Difference.Should().Be(3e-8);
        new LiftSurgeryReport([Row(not, 1)]).Difference.Should().Be(0);
    }

    private static Sequential Net() => Sequential(
        ("conv", Conv2d(3, 8, 1)), ("norm", BatchNorm2d(8)), ("dropout", Dropout(0.5)), ("pool", MaxPool2d(2)), ("last", ReLU()));

    private sealed class Calling() : Module<Tensor, Tensor>(nameof(Calling))
    {
        public override Tensor forward(Tensor input) => functional.max_pool2d(input, 2);
    }

    private sealed class Restless : Module<Tensor, Tensor>
    {
        private readonly Tensor count = zeros(1);

        public Restless()
            : base(nameof(Restless)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            count.add_(1);
            return input + rand_like(input);
        }
    }

    private sealed class Two : Module<Tensor, Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> pool = MaxPool2d(2);

        public Two()
            : base(nameof(Two)) => RegisterComponents();

        public override Tensor forward(Tensor one, Tensor other) => pool.call(one + other);
    }
}

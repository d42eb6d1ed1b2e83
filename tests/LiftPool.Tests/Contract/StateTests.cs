namespace LiftPool.Tests;

/// <summary>What is saved: the keys and shapes, which never change. EveryLayerTests saves and loads each layer.</summary>
public class StateTests
{
    [Fact]
    public void Keys_and_shapes_of_the_papers_scheme()
    {
        using var scope = NewDisposeScope();
        using var pool1 = new LiftDownPool1d(channels: 8);
        using var pool2 = new LiftDownPool2d(channels: 8);
        using var pool3 = new LiftDownPool3d(channels: 8);
        using var up = new LiftUpPool2d(channels: 8);
        foreach (var module in new Module[] { pool1, pool2, pool3, up })
        {
            State(module).Should().Equal(
                "scheme.predict.conv.weight [8, 1, 5]", "scheme.predict.proj.weight [8, 1, 1]",
                "scheme.update.conv.weight [8, 1, 5]", "scheme.update.proj.weight [8, 1, 1]");
        }
    }

    [Fact]
    public void Keys_and_shapes_with_groups_bias_and_a_learned_gain()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(channels: 8, kernel_size: 3, bands: Bands2d.LL | Bands2d.LH | Bands2d.HL, reduction: BandReduction.Learned, groups: 2, proj_groups: 1, bias: true);

        State(pool).Should().Equal(
            "gain [3, 8]",
            "scheme.predict.conv.bias [8]", "scheme.predict.conv.weight [8, 4, 3]",
            "scheme.predict.proj.bias [8]", "scheme.predict.proj.weight [8, 8, 1]",
            "scheme.update.conv.bias [8]", "scheme.update.conv.weight [8, 4, 3]",
            "scheme.update.proj.bias [8]", "scheme.update.proj.weight [8, 8, 1]");
    }

    [Fact]
    public void Keys_of_operators_of_ones_own_begin_with_their_place()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(new LiftingScheme(nn.Conv1d(8, 8, 3, padding: 1), nn.Sequential(("mix", nn.Conv1d(8, 8, 1, bias: false)), ("tanh", nn.Tanh()))));

        State(pool).Should().Equal("scheme.predict.bias [8]", "scheme.predict.weight [8, 8, 3]", "scheme.update.mix.weight [8, 8, 1]");
    }

    [Fact]
    public void Keys_of_a_scheme_of_another_shape_are_numbered()
    {
        using var scope = NewDisposeScope();
        using var scheme = new LiftingScheme(
            [LiftingStep.Update(Depthwise(1)), LiftingStep.Predict(Depthwise(3)), LiftingStep.Update(Depthwise(5))],
            approximation_gain: 2,
            detail_gain: 0.5);
        using var pool = new LiftDownPool2d(scheme, reduction: BandReduction.Learned, channels: 8);

        State(pool).Should().Equal("gain [4, 8]", "scheme.steps.0.weight [8, 1, 1]", "scheme.steps.1.weight [8, 1, 3]", "scheme.steps.2.weight [8, 1, 5]");
    }

    [Fact]
    public void A_tied_up_pool_adds_no_parameter_buffer_module_or_key_to_a_model()
    {
        using var scope = NewDisposeScope();
        using var model = new TiedPair();

        model.up.parameters().Should().BeEmpty();
        model.up.buffers().Should().BeEmpty();
        model.up.modules().Should().BeEmpty();
        model.up.state_dict().Should().BeEmpty();
        model.parameters().Should().HaveCount(4);
        State(model).Should().HaveCount(4).And.OnlyContain(key => key.StartsWith("down.scheme.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_down_pool_that_shares_operators_has_none_of_its_own()
    {
        using var scope = NewDisposeScope();
        using var owner = new LiftDownPool2d(channels: 8);
        using var plain = LiftDownPool2d.Sharing(owner);
        using var learned = LiftDownPool2d.Sharing(owner, Bands2d.LL, BandReduction.Learned);
        using var other = LiftDownPool1d.Sharing(owner);

        State(plain).Should().BeEmpty();
        State(other).Should().BeEmpty();
        State(learned).Should().Equal("gain [1, 8]");
        plain.Scheme.Should().BeSameAs(owner.Scheme);
    }

    [Fact]
    public void A_missing_or_an_unexpected_key_is_an_error_when_strict()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var small = new LiftDownPool2d(channels: 8);
        using var large = new LiftDownPool2d(channels: 8, bias: true);

        var missing = () => large.load_state_dict(small.state_dict());
        var unexpected = () => small.load_state_dict(large.state_dict());
        var missingInFile = () => ThroughFile(file => small.save(file), file => large.load(file));
        var unexpectedInFile = () => ThroughFile(file => large.save(file), file => small.load(file));

        missing.Should().Throw<InvalidOperationException>();
        unexpected.Should().Throw<InvalidOperationException>();
        missingInFile.Should().Throw<ArgumentException>();
        unexpectedInFile.Should().Throw<ArgumentException>();
        var (missed, extra) = large.load_state_dict(small.state_dict(), strict: false);
        missed.Should().HaveCount(4).And.OnlyContain(key => key.EndsWith(".bias", StringComparison.Ordinal));
        extra.Should().BeEmpty();
        large.state_dict()["scheme.update.conv.weight"].IsExactly(small.state_dict()["scheme.update.conv.weight"]).Should().BeTrue();
    }

    private static Module<Tensor, Tensor> Depthwise(long taps) => nn.Conv1d(8, 8, taps, padding: taps / 2, groups: 8, bias: false);

    private static string[] State(Module module)
        => [.. module.state_dict().Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value.shape)}]").Order(StringComparer.Ordinal)];

    private static void ThroughFile(Action<string> save, Action<string> load)
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            save(file);
            load(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private sealed class TiedPair : Module<Tensor, Tensor>
    {
        internal readonly LiftDownPool2d down = new(channels: 8);
        internal readonly LiftUpPool2d up;

        internal TiedPair()
            : base(nameof(TiedPair))
        {
            up = new LiftUpPool2d(down);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var (y, bands) = down.forward_with_bands(x);
            return up.forward(y, bands).MoveToOuterDisposeScope();
        }
    }
}

using TorchSharp.Modules;

namespace LiftPool.Tests;

/// <summary>What surgery learns from the example: channels, types, how far two pools differ, and when it leaves one for that.</summary>
public sealed class SurgeryExampleTests
{
    private static readonly LiftSurgeryOptions Convolutions = new() { StridedConvolutions = true };

    [Fact]
    public void It_runs_in_evaluation_mode()
    {
        using var scope = NewDisposeScope();
        var model = Sequential(("pool", MaxPool2d(2)));
        List<bool> modes = [];

        LiftSurgery.ReplaceMaxPools(model, () =>
        {
            modes.Add(model.training);
            model.call(rand(1, 2, 8, 8));
        });

        modes.Should().Equal(false);
        model.training.Should().BeTrue();
    }

    [Fact]
    public void Values_of_different_types_keep_the_pool()
    {
        using var scope = NewDisposeScope();
        var row = Only(MaxPool2d(2), rand(1, 2, 8, 8), (pool, x) => pool.call(pool.call(x).to(ScalarType.Float64)));
        (row.Outcome, row.Why).Should().Be((LiftSurgeryOutcome.NotPossible, "values of different types or devices come there"));
    }

    [Fact]
    public void A_map_without_a_batch_axis_counts_also_after_a_batch()
    {
        using var scope = NewDisposeScope();
        var row = Only(MaxPool2d(2), rand(1, 4, 8, 8), (pool, x) => pool.call(x) + pool.call(x[0]));
        row.Outcome.Should().Be(LiftSurgeryOutcome.Replaced);
        row.Channels.Should().BeEmpty();
    }

    [Fact]
    public void A_batch_of_nothing_shows_the_channels()
    {
        using var scope = NewDisposeScope();
        var row = Only(MaxPool2d(2), rand(0, 4, 8, 8));
        (row.Outcome, row.Difference).Should().Be((LiftSurgeryOutcome.Replaced, 0));
        row.Channels.Should().Equal(4);
    }

    [Fact]
    public void Of_several_runs_the_last_counts()
    {
        using var scope = NewDisposeScope();
        var model = new Indexed();
        var runs = 0;

        // The first does not go through with other modules in both places.
        var report = LiftSurgery.ReplaceMaxPools(model, () => model.call(rand(1, runs++ == 0 ? 8 : 4, 16, 16)));

        runs.Should().BeGreaterThan(1);
        report.Rows.Select(row => (row.Name, row.Outcome)).Should().Equal(
            ("first", LiftSurgeryOutcome.Replaced), ("indexed", LiftSurgeryOutcome.NotPossible));
        report.Rows[0].Channels.Should().Equal(4);
    }

    /// <summary>Worked by hand: maxima 2 and 0 of [0, 2 | -8, 0], means 1 and -4.</summary>
    [Fact]
    public void The_difference_is_the_largest_over_the_largest_of_the_input()
    {
        using var scope = NewDisposeScope();
        var model = new Running(MaxPool1d(2), (pool, x) => cat([pool.call(x), pool.call(ones(1, 2, 4))], 1));

        var report = LiftSurgery.ReplaceMaxPools(model, tensor([0f, 2, -8, 0]).view(1, 1, 4), new() { Start = _ => AvgPool1d(2) });

        (report.Rows[0].Is, report.Rows[0].Difference, report.Difference).Should().Be(("AvgPool1d", 0.5, 0.5));
    }

    /// <summary>Worked by hand: 3 times [0, 2 | 1, -8] is [0, 6 | 3, -24]: the first ones are 0 and 3, the means 3 and -10.5.</summary>
    [Fact]
    public void A_convolutions_difference_is_over_the_largest_of_its_output()
    {
        using var scope = NewDisposeScope();
        LiftSurgeryOptions means = new() { StridedConvolutions = true, Start = _ => AvgPool1d(2) };
        var row = LiftSurgery.ReplaceMaxPools(Sequential(Times(3)), tensor([0f, 2, 1, -8]).view(1, 1, 4), means).Rows[0];
        (row.Is, row.Difference).Should().Be(("stride 1, then AvgPool1d", 4.5));
    }

    [Fact]
    public void A_convolution_may_differ_by_the_root_of_eps_and_no_more()
    {
        using var scope = NewDisposeScope();
        var close = LiftSurgery.ReplaceMaxPools(Sequential(Times(1)), tensor([0.1f, 100, 0.1f, 100]).view(1, 1, 4), Convolutions).Rows[0];
        close.Outcome.Should().Be(LiftSurgeryOutcome.Replaced);
        close.Difference.Should().BeInRange(1e-6, 3e-4);

        // 1 - 1e8 + 1e8 is 0.
        var far = LiftSurgery.ReplaceMaxPools(Sequential(Times(1)), tensor([1f, 1e8f, 1, 1e8f]).view(1, 1, 4), Convolutions).Rows[0];
        (far.Outcome, far.Is, far.Difference, far.Why).Should().Be(
            (LiftSurgeryOutcome.NotPossible, null, null, "on the example a lift differs from it by 1.0e+0 of the largest value"));
    }

    [Fact]
    public void Whole_numbers_have_no_lift()
    {
        using var scope = NewDisposeScope();
        var row = Only(MaxPool2d(2), randint(9, [1, 2, 8, 8]));
        (row.Outcome, row.Why).Should().Be((
            LiftSurgeryOutcome.NotPossible,
            "no lift can be made: LiftingScheme: expected a real floating-point dtype, got Int64. (Parameter 'dtype')"));
    }

    [Fact]
    public void Values_on_a_device_that_computes_nothing_keep_the_pool()
    {
        using var scope = NewDisposeScope();
        var row = Only(MaxPool2d(2), rand(1, 2, 8, 8, device: META));
        row.Outcome.Should().Be(LiftSurgeryOutcome.NotPossible);
        row.Why.Should().StartWith("a lift cannot stand there: aten::relu: attempted to run this operator with Meta tensors");
    }

    private static LiftSurgeryRow Only(
        Module<Tensor, Tensor> pool, Tensor example, Func<Module<Tensor, Tensor>, Tensor, Tensor>? run = null)
        => LiftSurgery.ReplaceMaxPools(new Running(pool, run ?? ((pool, x) => pool.call(x))), example)
            .Rows.Should().ContainSingle().Subject;

    private static Conv1d Times(float factor)
    {
        var conv = Conv1d(1, 1, 1, stride: 2, bias: false);
        using var noGrad = no_grad();
        conv.weight.fill_(factor);
        return conv;
    }

    /// <summary>A pool and what is done with it.</summary>
    private sealed class Running : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> pool;
        private readonly Func<Module<Tensor, Tensor>, Tensor, Tensor> run;

        public Running(Module<Tensor, Tensor> pool, Func<Module<Tensor, Tensor>, Tensor, Tensor> run)
            : base(nameof(Running))
        {
            (this.pool, this.run) = (pool, run);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => run(pool, input);
    }

    private sealed class Indexed : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> first = MaxPool2d(2);
        private readonly Module<Tensor, Tensor> indexed = MaxPool2d(2);

        public Indexed()
            : base(nameof(Indexed)) => RegisterComponents();

        public override Tensor forward(Tensor input) => ((MaxPool2d)indexed).forward_with_indices(first.call(input)).Values;
    }
}

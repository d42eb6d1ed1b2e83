using TorchSharp.Modules;

namespace LiftPool.Tests;

/// <summary>What the user's own lifts come to: their weights live, and what is wrong with one is a reason for one pool to stay.</summary>
public sealed class SurgeryStartTests
{
    [Fact]
    public void Its_weights_live_on()
    {
        // In no dispose scope.
        using var model = Sequential(("pool", MaxPool2d(2)));
        using var x = rand(2, 4, 8, 8);
        LiftSurgery.ReplaceMaxPools(model, x, new() { Start = _ => new Scaled() }).Replaced.Should().Be(1);

        model.parameters().Should().ContainSingle().Which.IsInvalid.Should().BeFalse();
        using var y = model.call(x);
        y.shape.Should().Equal(2, 4, 4, 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void In_inference_mode_they_still_learn(bool given)
    {
        using var scope = NewDisposeScope();
        var model = Sequential(("pool", MaxPool2d(2)));
        LiftSurgeryOptions options = new() { Start = given ? _ => new Scaled() : null };
        using (inference_mode())
        {
            LiftSurgery.ReplaceMaxPools(model, rand(2, 4, 8, 8), options).Replaced.Should().Be(1);
        }

        model.call(rand(2, 4, 8, 8)).sum().backward();
        model.parameters().Should().NotBeEmpty().And.OnlyContain(weight => weight.grad is Tensor);
    }

    [Fact]
    public void Each_draws_its_own_weights_and_the_generator_is_afterwards_as_it_was()
    {
        using var scope = NewDisposeScope();
        var model = Sequential(("one", MaxPool2d(2)), ("other", MaxPool2d(2)));
        var x = rand(2, 4, 16, 16);
        var random = get_rng_state();

        LiftSurgery.ReplaceMaxPools(model, x, new() { Start = site => new LiftDownPool2d(site.Channels!.Value) }).Replaced.Should().Be(2);

        get_rng_state().IsExactly(random).Should().BeTrue();
        var weights = model.state_dict();
        weights["one.scheme.predict.conv.weight"].IsExactly(weights["other.scheme.predict.conv.weight"]).Should().BeFalse();
    }

    [Fact]
    public void It_is_tried_in_evaluation_mode_and_keeps_its_state()
    {
        using var scope = NewDisposeScope();
        var model = Sequential(("pool", MaxPool2d(2)));
        LiftSurgery.ReplaceMaxPools(model, rand(2, 4, 16, 16) + 3, new()
        {
            Start = site => Sequential(("pool", site.NewPool(LiftingScheme.Mean())), ("norm", BatchNorm2d(4))),
        }).Replaced.Should().Be(1);

        var norm = (BatchNorm2d)((Sequential)model[0])[1];
        norm.running_mean!.abs().max().item<float>().Should().Be(0);
        norm.training.Should().BeTrue();
    }

    public static TheoryData<string, Func<LiftSurgerySite, Module<Tensor, Tensor>>, string> Unfit => new()
    {
        { "it throws", _ => throw new NotSupportedException("not here\nbut there"), "Start throws: not here" },
        {
            "ceil_mode", site => new LiftDownPool2d(site.Channels!.Value, ceil_mode: true),
            "what Start gave makes Float32 [2, 4, 5, 4] of [2, 4, 9, 8], the pool Float32 [2, 4, 4, 4]"
        },
        {
            "dimensions", site => new LiftDownPool1d(site.Channels!.Value),
            "what Start gave cannot stand there: LiftDownPool1d: expected a tensor [N, C, L] or [C, L], got [2, 4, 9, 8]. (Parameter 'input')"
        },
        {
            "channels", _ => new LiftDownPool2d(5),
            "what Start gave cannot stand there: LiftDownPool2d: expected 5 channels, got 4 in [2, 4, 9, 8]. (Parameter 'input')"
        },
        {
            "dtype", _ => new LiftDownPool2d(4, dtype: ScalarType.Float64),
            "what Start gave cannot stand there: LiftDownPool2d: expected Float64 as its weights are, got Float32. (Parameter 'input')"
        },
        { "device", _ => new LiftDownPool2d(4, device: META), "what Start gave cannot stand there: Cannot copy out of meta tensor*" },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void What_is_wrong_with_one_keeps_that_pool_alone(string name, Func<LiftSurgerySite, Module<Tensor, Tensor>> start, string why)
    {
        using var scope = NewDisposeScope();
        var model = Sequential(("first", MaxPool2d(2)), ("last", MaxPool2d(2)));
        var pool = model[0];
        List<Parameter> unfit = [];
        Module<Tensor, Tensor> Noted(Module<Tensor, Tensor> lift)
        {
            unfit.AddRange(lift.parameters());
            return lift;
        }

        var report = LiftSurgery.ReplaceMaxPools(model, rand(2, 4, 9, 8), new()
        {
            Start = site => site.Name == "first" ? Noted(start(site)) : site.NewPool(LiftingScheme.MaxLifting()),
        });

        report.Rows.Select(row => row.Outcome).Should().Equal([LiftSurgeryOutcome.NotPossible, LiftSurgeryOutcome.Replaced], name);
        report.Rows[0].Why.Should().Match(why);
        model[0].Should().BeSameAs(pool);
        model[1].Should().BeOfType<LiftDownPool2d>();
        unfit.Should().NotContain(weight => !weight.IsInvalid, "it was not put in");
    }

    [Fact]
    public void One_module_stands_in_one_place()
    {
        using var scope = NewDisposeScope();
        var model = Sequential(
            ("one", MaxPool2d(2)), ("other", MaxPool2d(2)), ("mine", ReLU()), ("third", MaxPool2d(2)), ("own", MaxPool2d(2)));
        var same = new LiftDownPool2d(LiftingScheme.MaxLifting(learnable: true));

        var report = LiftSurgery.ReplaceMaxPools(model, rand(2, 4, 32, 32), new()
        {
            Start = site => site.Name switch
            {
                "third" => (Module<Tensor, Tensor>)model[2],
                "own" => (Module<Tensor, Tensor>)site.Module,
                _ => same,
            },
        });

        report.Rows.Select(row => (row.Name, row.Outcome, row.Why)).Should().Equal(
            ("one", LiftSurgeryOutcome.Replaced, null), ("other", LiftSurgeryOutcome.NotPossible, "Start gave the same module for another place"),
            ("third", LiftSurgeryOutcome.NotPossible, "what Start gave stands in another place already"), ("own", LiftSurgeryOutcome.Kept, "left as it is by Start"));
        model[0].Should().BeSameAs(same);
        same.parameters().Should().OnlyContain(weight => !weight.IsInvalid);
        model.call(rand(2, 4, 32, 32)).shape.Should().Equal(2, 4, 2, 2);
    }

    [Fact]
    public void A_hook_of_a_pool_that_Start_wraps_runs_once()
    {
        using var scope = NewDisposeScope();
        var pool = MaxPool2d(2);
        var model = Sequential(("pool", pool));
        var calls = 0;
        pool.register_forward_hook((_, _, output) =>
        {
            calls++;
            return output;
        });

        var report = LiftSurgery.ReplaceMaxPools(model, rand(1, 4, 8, 8), new() { Start = _ => Sequential(("pool", pool), ("nothing", Identity())) });
        report.Replaced.Should().Be(1);
        calls = 0;
        model.call(rand(1, 4, 8, 8));

        calls.Should().Be(1);
    }

    [Fact]
    public void What_is_not_put_in_is_disposed_but_nothing_of_the_model()
    {
        using var scope = NewDisposeScope();
        var model = Sequential(("conv", Conv2d(4, 16, 1, stride: 2)), ("pool", MaxPool2d(2)), ("four", MaxPool2d(4)));
        List<Parameter> made = [];
        var x = rand(1, 4, 32, 32);
        var wanted = model.call(x);

        FluentActions.Invoking(() => LiftSurgery.ReplaceMaxPools(model, x, new()
        {
            StridedConvolutions = true,
            Strict = true,
            Start = site =>
            {
                var lift = site.NewPool(LiftingScheme.MaxLifting(learnable: true));
                made.AddRange(lift.parameters());
                return lift;
            },
        })).Should().Throw<InvalidOperationException>();

        made.Should().HaveCount(2 * 3).And.OnlyContain(weight => weight.IsInvalid);
        model.call(x).IsExactly(wanted).Should().BeTrue();

        // The pool inside what Start gave is the model's.
        LiftSurgery.ReplaceMaxPools(model, x, new()
        {
            Where = (name, _) => name == "pool",
            Start = site => Sequential((Module<Tensor, Tensor>)site.Module, MaxPool2d(2)),
        }).Rows.Single(row => row.Name == "pool").Outcome.Should().Be(LiftSurgeryOutcome.NotPossible);
        model.call(x).IsExactly(wanted).Should().BeTrue();
        ((Module)model[1]).GetName().Should().Be("MaxPool2d");
    }

    /// <summary>A mean of pairs times a bare parameter.</summary>
    private sealed class Scaled : Module<Tensor, Tensor>
    {
        private readonly Parameter scale = Parameter(ones(1));

        public Scaled()
            : base(nameof(Scaled)) => RegisterComponents();

        public override Tensor forward(Tensor input) => functional.avg_pool2d(input, 2) * scale;
    }
}

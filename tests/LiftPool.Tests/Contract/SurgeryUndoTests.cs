using System.Collections;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Reflection;
using TorchSharp.Modules;
using Module = TorchSharp.torch.nn.Module;

namespace LiftPool.Tests;

/// <summary>Places that take nothing, or not everything: the model stays whole, and the report says what to edit.</summary>
public sealed class SurgeryUndoTests
{
    [Fact]
    public void Read_only_collections_are_listed_with_the_line_to_edit()
    {
        using var scope = NewDisposeScope();
        var model = new ReadOnly();
        var x = rand(1, 4, 64, 64);
        var hooks = new List<string>();
        foreach (var (name, pool) in model.named_children().Where(child => child.module is MaxPool2d))
        {
            ((MaxPool2d)pool).register_forward_pre_hook((Module _) => hooks.Add(name));
        }

        var report = LiftSurgery.ReplaceMaxPools(model, x);

        report.Rows.Select(row => (row.Name, row.Outcome, row.Why)).Should().Equal(
            ("collection", LiftSurgeryOutcome.NotPossible, "ReadOnly.wrapped is read-only: make it a `List<Module<Tensor, Tensor>>`"),
            ("immutable", LiftSurgeryOutcome.NotPossible, "ReadOnly.fixedArray is read-only: make it a `List<Module<Tensor, Tensor>>`"),
            ("expression", LiftSurgeryOutcome.NotPossible, "ReadOnly.listed is read-only: make it a `List<Module<Tensor, Tensor>>`"),
            ("entry", LiftSurgeryOutcome.NotPossible, "ReadOnly.named is read-only: make it a `Dictionary<..., Module<Tensor, Tensor>>`"),
            ("bound", LiftSurgeryOutcome.NotPossible, "ReadOnly.function is a delegate bound to it: make it a lambda, `x => pool.call(x)`"),
            ("free", LiftSurgeryOutcome.Replaced, null));

        // The pools' hooks alone run, each once.
        hooks.Clear();
        model.call(x).shape.Should().Equal(1, 4, 1, 1);
        hooks.Should().Equal("collection", "immutable", "expression", "entry", "bound", "free");
    }

    [Fact]
    public void A_lift_that_cannot_be_put_in_leaves_all_as_it_was()
    {
        using var scope = NewDisposeScope();
        var model = new Picking(module => module is LiftDownPool);
        var x = rand(1, 4, 16, 16);
        var modules = model.modules().ToArray();
        List<Parameter> made = [];

        FluentActions.Invoking(() => LiftSurgery.ReplaceMaxPools(model, x, new()
        {
            Start = site =>
            {
                var lift = site.NewPool(LiftingScheme.MaxLifting(learnable: true));
                made.AddRange(lift.parameters());
                return lift;
            },
        })).Should().Throw<InvalidOperationException>()
            .WithMessage("LiftSurgery: a lift could not be put in, so nothing was changed: not this one");

        model.modules().Should().Equal(modules);
        model.Pools.Should().BeEquivalentTo(modules.OfType<MaxPool2d>().Skip(1));
        made.Should().HaveCount(2 * 3).And.OnlyContain(weight => weight.IsInvalid);
        model.call(x);
    }

    [Fact]
    public void A_place_that_takes_no_probe_keeps_its_pool_and_the_others_are_replaced()
    {
        using var scope = NewDisposeScope();
        var model = new Picking(module => module.GetType() != typeof(MaxPool2d));
        var x = rand(1, 4, 16, 16);
        var random = get_rng_state();

        var report = LiftSurgery.ReplaceMaxPools(model, x);

        report.Rows.Select(row => (row.Name, row.Outcome)).Should().Equal(
            ("first", LiftSurgeryOutcome.Replaced), ("second", LiftSurgeryOutcome.NotPossible));
        report.Rows[1].Why.Should().Be("the model does not run with another module in its place: not this one");
        model.named_children().Select(child => child.module.GetType()).Should().Equal(typeof(LiftDownPool2d), typeof(MaxPool2d));
        get_rng_state().IsExactly(random).Should().BeTrue();
    }

    [Fact]
    public void What_cannot_be_put_back_keeps_nothing_else_from_it()
    {
        using var scope = NewDisposeScope();
        var model = new Picking(module => module.GetType() == typeof(MaxPool2d));
        var pools = model.modules().ToArray();
        var x = rand(1, 4, 16, 16);

        FluentActions.Invoking(() => LiftSurgery.ReplaceMaxPools(model, x))
            .Should().Throw<AggregateException>().WithMessage("LiftSurgery: not everything could be put back. (not this one)");

        model.named_children().Select(child => child.module).Should().Equal(pools);
        pools.Select(HooksOf).Should().Equal(0, 0);
    }

    private static int HooksOf(Module pool)
        => ((ICollection)typeof(Module<Tensor, Tensor>).BaseType!.GetField("module_pre_hooks", BindingFlags.Instance | BindingFlags.NonPublic)!
            .GetValue(pool)!).Count;

    [Fact]
    public void Pools_that_go_alone_but_not_together_are_listed()
    {
        using var scope = NewDisposeScope();
        var model = new Jealous();
        var x = rand(1, 4, 16, 16);

        var report = LiftSurgery.ReplaceMaxPools(model, x);

        report.Rows.Select(row => (row.Outcome, row.Why)).Should().Equal(Enumerable.Repeat(
            (LiftSurgeryOutcome.NotPossible, (string?)"the model does not run with other modules in all these places: one at most"), 2));
        model.modules().Should().AllBeOfType<MaxPool2d>();
        model.call(x).shape.Should().Equal(1, 4, 4, 4);
    }

    private sealed class ReadOnly : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> collection = MaxPool2d(2);
        private readonly Module<Tensor, Tensor> immutable = MaxPool2d(2);
        private readonly Module<Tensor, Tensor> expression = MaxPool2d(2);
        private readonly Module<Tensor, Tensor> entry = MaxPool2d(2);
        private readonly Module<Tensor, Tensor> bound = MaxPool2d(2);
        private readonly Module<Tensor, Tensor> free = MaxPool2d(2);
        private readonly ReadOnlyCollection<Module<Tensor, Tensor>> wrapped;
        private readonly ImmutableArray<Module<Tensor, Tensor>> fixedArray;
        private readonly IReadOnlyList<Module<Tensor, Tensor>> listed;
        private readonly ReadOnlyDictionary<string, Module<Tensor, Tensor>> named;
        private readonly Func<Tensor, Tensor> function;

        public ReadOnly()
            : base(nameof(ReadOnly))
        {
            wrapped = new List<Module<Tensor, Tensor>> { collection }.AsReadOnly();
            fixedArray = [immutable];
            listed = [expression];
            named = new Dictionary<string, Module<Tensor, Tensor>> { ["entry"] = entry }.AsReadOnly();
            function = bound.call;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
            => free.call(function(named["entry"].call(listed[0].call(fixedArray[0].call(wrapped[0].call(input))))));
    }

    /// <summary>Two pools; the second stands in a list that refuses some modules.</summary>
    private sealed class Picking : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> first = MaxPool2d(2);
        private readonly Module<Tensor, Tensor> second = MaxPool2d(2);
        private readonly Picky picky;

        public Picking(Func<Module, bool> refuses)
            : base(nameof(Picking))
        {
            picky = new(refuses) { second };
            RegisterComponents();
        }

        public IReadOnlyList<Module> Pools => picky;

        public Module First => first;

        public override Tensor forward(Tensor input) => picky[0].call(first.call(input));
    }

    private sealed class Picky(Func<Module, bool> refuses) : Collection<Module<Tensor, Tensor>>
    {
        protected override void SetItem(int index, Module<Tensor, Tensor> item)
        {
            if (refuses(item))
            {
                throw new InvalidOperationException("not this one");
            }

            base.SetItem(index, item);
        }
    }

    private sealed class Jealous : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> one = MaxPool2d(2);
        private readonly Module<Tensor, Tensor> other = MaxPool2d(2);

        public Jealous()
            : base(nameof(Jealous)) => RegisterComponents();

        public override Tensor forward(Tensor input)
            => one is MaxPool2d || other is MaxPool2d ? other.call(one.call(input)) : throw new InvalidOperationException("one at most");
    }
}

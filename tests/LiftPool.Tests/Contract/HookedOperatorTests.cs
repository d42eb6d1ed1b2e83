using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>
/// Hooks of every form on every operator of a scheme and its convolutions run on every path. What they make of input and output
/// is known: each doubles or negates it, and so does another weight.
/// </summary>
public sealed class HookedOperatorTests : IClassFixture<OneThread>
{
    private const int Channels = 3;

    /// <param name="Scheme">Makes the scheme.</param>
    /// <param name="Module">Where the hook is.</param>
    /// <param name="Factor">What it multiplies the module's input or output with.</param>
    /// <param name="Weight">Which weight times that factor does the same.</param>
    private sealed record Case(Func<LiftingScheme> Scheme, string Module, double Factor, string Weight);

    private static readonly Func<LiftingScheme> Paper = () => new(Channels, kernel_size: 3, dtype: ScalarType.Float64);
    private static readonly Func<LiftingScheme> Dense = ()
        => new(Channels, kernel_size: 3, groups: 1, proj_groups: 1, dtype: ScalarType.Float64);

    private static readonly Dictionary<string, Case> Before = new()
    {
        ["fixed filter"] = new(() => Filters(Wavelet.Cdf53), "predict", 2, "predict.weight"),
        ["learnable filter"] = new(() => Filters(Wavelet.Cdf26, learnable: true), "update", -1, "update.weight"),
        ["filter of each channel"] = new(() => Filters(Wavelet.D4, channels: Channels), "steps.1", 2, "steps.1.weight"),
        ["operator"] = new(Paper, "predict", 2, "predict.conv.weight"),
        ["conv"] = new(Paper, "update.conv", 2, "update.conv.weight"),
        ["proj"] = new(Paper, "update.proj", 2, "update.proj.weight"),
        ["conv of an operator that mixes channels"] = new(Dense, "predict.conv", 2, "predict.conv.weight"),
        ["user's operator"] = new(OfTheUsers, "predict", 2, "predict.0.weight"),
        ["convolution in a user's operator"] = new(OfTheUsers, "update.0", 2, "update.0.weight"),
    };

    // Behind the tanh, which is odd, only a sign is a weight's.
    private static readonly Dictionary<string, Case> After = new(Before)
    {
        ["operator"] = new(Paper, "predict", -1, "predict.proj.weight"),
        ["conv"] = new(Paper, "predict.conv", -1, "predict.conv.weight"),
        ["proj"] = new(Paper, "predict.proj", 2, "predict.proj.weight"),
        ["user's operator"] = new(OfTheUsers, "predict", -1, "predict.0.weight"),
    };

    public static TheoryData<string, int, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, string>();
            foreach (var name in Before.Keys)
            {
                for (var axes = 1; axes <= 3; axes++)
                {
                    cases.Add(name, axes, "tensor");
                }

                cases.Add(name, 1, ComputePath.Paths[0]);
                cases.Add(name, 2, ComputePath.Paths[0]);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_a_pre_hook_makes_of_the_input_is_what_is_computed_with(string name, int axes, string path)
    {
        var one = Before[name];
        ShouldBeAsWithAnotherWeight(one, axes, path, module => module.register_forward_pre_hook((_, input) => input.mul(one.Factor)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_a_hook_makes_of_the_output_is_the_output(string name, int axes, string path)
    {
        var one = After[name];
        ShouldBeAsWithAnotherWeight(one, axes, path, module => module.register_forward_hook((_, _, output) => output.mul(one.Factor)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_of_the_four_forms_alone_runs_once_an_axis_and_no_more_when_removed(string name, int axes, string path)
    {
        Func<Module<Tensor, Tensor>, Action<object>, IDisposable>[] forms =
        [
            (module, seen) => new Remove(module.register_forward_pre_hook((hooked, _) => Seen(seen, hooked)).remove),
            (module, seen) => new Remove(module.register_forward_hook((hooked, _, _) => Seen(seen, hooked)).remove),
            (module, seen) => new Remove(module.register_forward_pre_hook((Action<Module>)seen).remove),
            (module, seen) => new Remove(module.register_forward_hook((Action<Module>)seen).remove),
        ];
        foreach (var form in forms)
        {
            using var scope = NewDisposeScope();
            manual_seed(1);
            using var pool = NewPool(Before[name].Scheme(), axes);
            var module = Find(pool.Scheme, Before[name].Module);
            var x = Input(axes);
            var expected = Values(pool, x, path, recompute: false);

            var calls = 0;
            using (form(module, hooked =>
            {
                hooked.Should().BeSameAs(module);
                calls++;
            }))
            {
                using var forced = ComputePath.Force(path);
                foreach (var call in Calls(pool, x))
                {
                    calls = 0;
                    call.Run();
                    calls.Should().Be(call.Steps, "{0} takes each step so often", call.Name);
                }

                ShouldAgree(Values(pool, x, path, recompute: false), expected);
            }

            calls = 0;
            ShouldAgree(Values(pool, x, path, recompute: false), expected);
            calls.Should().Be(0);
        }
    }

    private static LiftingScheme Filters(Wavelet wavelet, bool learnable = false, long? channels = null)
        => LiftingScheme.Wavelet(wavelet, learnable, channels, dtype: ScalarType.Float64);

    private static LiftingScheme OfTheUsers() => new(Operator(), Operator());

    private static Module<Tensor, Tensor> Operator()
        => Sequential(Conv1d(Channels, Channels, 3, padding: 1, bias: false, dtype: ScalarType.Float64), Tanh());

    private static LiftDownPool NewPool(LiftingScheme scheme, int axes) => AnyPool.Down(axes, scheme, channels: Channels);

    private static Tensor Input(int axes) => randn([2, Channels, .. new long[] { 6, 8, 4 }[..axes]], ScalarType.Float64);

    private static Module<Tensor, Tensor> Find(LiftingScheme scheme, string name)
        => (Module<Tensor, Tensor>)scheme.named_modules().Single(module => module.name == name).module;

    private static void ShouldBeAsWithAnotherWeight(Case one, int axes, string path, Action<Module<Tensor, Tensor>> hook)
    {
        foreach (var recompute in new[] { false, true })
        {
            using var scope = NewDisposeScope();
            manual_seed(2);
            using var hooked = NewPool(one.Scheme(), axes);
            manual_seed(2);
            using var changed = NewPool(one.Scheme(), axes);
            var x = Input(axes);
            var without = Values(changed, x, "tensor", recompute: false);
            using (no_grad())
            {
                changed.Scheme.state_dict()[one.Weight].mul_(one.Factor);
            }

            hook(Find(hooked.Scheme, one.Module));

            var found = Values(hooked, x, path, recompute);

            var expected = Values(changed, x, "tensor", recompute: false);
            ShouldAgree(found, expected);
            without["output"].ErrorTo(expected["output"]).Should().BeGreaterThan(1e-3, "the hook matters");
        }
    }

    private static void ShouldAgree(Dictionary<string, Tensor> found, Dictionary<string, Tensor> expected)
    {
        found.Keys.Should().Equal(expected.Keys);
        foreach (var (name, value) in found)
        {
            value.ErrorTo(expected[name]).Should().BeLessThan(1e-12, "{0} agrees", name);
        }
    }

    private static (string Name, Action Run, int Steps)[] Calls(LiftDownPool pool, Tensor x)
    {
        var axes = (int)x.dim() - 2;
        var up = AnyPool.Up(axes, pool);
        var (_, bands) = pool.forward_with_bands(x);
        var (s, d) = pool.Scheme.lift(x);
        return
        [
            ("forward", () => pool.forward(x), axes),
            ("forward_with_bands", () => pool.forward_with_bands(x), axes),
            ("penalties", () => pool.penalties(x), axes),
            ("an up-pool's forward", () => up.forward(bands), axes),
            ("lift", () => pool.Scheme.lift(x), 1),
            ("unlift", () => pool.Scheme.unlift(s, d), 1),
        ];
    }

    /// <summary>All that a pool and its scheme give, and the gradient of the input.</summary>
    private static Dictionary<string, Tensor> Values(LiftDownPool pool, Tensor input, string path, bool recompute)
    {
        using var forced = ComputePath.Force(path);
        pool.recompute = recompute;
        var x = input.detach().requires_grad_(true);
        var (y, bands) = pool.forward_with_bands(x);
        using var up = AnyPool.Up((int)x.dim() - 2, pool);
        up.recompute = recompute;
        var features = bands[bands.Names[0]].mul(0.5);
        var (c_u, c_p) = pool.penalties(x);
        var (s, d) = pool.Scheme.lift(x);
        var values = new Dictionary<string, Tensor>
        {
            ["plain"] = pool.forward(x),
            ["output"] = y,
            ["restored"] = up.forward(bands),
            ["decoded"] = up.forward(features, bands),
            ["c_u"] = c_u,
            ["c_p"] = c_p,
            ["s"] = s,
            ["d"] = d,
            ["x"] = pool.Scheme.unlift(s, d),
        };
        foreach (var name in bands.Names)
        {
            values[name] = bands[name];
        }

        values.Values.Select(value => value.square().sum()).Aggregate((sum, term) => sum + term).backward();
        values["gradient"] = x.grad!;
        return values.ToDictionary(value => value.Key, value => value.Value.detach());
    }

    private static Tensor Seen(Action<object> seen, object module)
    {
        seen(module);
        return null!;
    }

    private sealed class Remove(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}

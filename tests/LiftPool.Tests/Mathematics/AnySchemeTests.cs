using System.Reflection;
using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>Schemes of any steps with operators built in, beside what TorchSharp's modules make of the same weights.</summary>
public sealed class AnySchemeTests : IClassFixture<OneThread>
{
    private const long Channels = 17;

    public static TheoryData<string, int> PathsAndAxes
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (var path in ComputePath.Paths)
            {
                cases.Add(path, 1);
                cases.Add(path, 2);
                cases.Add(path, 3);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(PathsAndAxes))]
    [Trait(EachPath.Name, EachPath.Value)]
    public void Gains_after_operators_that_are_not_linear_are_the_same_on_every_path(string path, int axes)
        => IsTheSame(path, axes, NewScheme([LiftingStep.Predict(Learned(tanh: true)), LiftingStep.Update(Learned(tanh: true))], 2, 0.5));

    [Theory]
    [MemberData(nameof(PathsAndAxes))]
    [Trait(EachPath.Name, EachPath.Value)]
    public void Three_steps_of_every_operator_are_the_same_on_every_path(string path, int axes)
        => IsTheSame(path, axes, NewScheme(
            [
                LiftingStep.Update(LiftingOperators.Filter([0.1, 0.3, -0.2], learnable: true, padding_mode: PaddingModes.Zeros, dtype: ScalarType.Float64)),
                LiftingStep.Predict(Learned(tanh: false)),
                LiftingStep.Update(LiftingOperators.Rectified(
                    [0.4, -0.3, 0.2], 0.7, learnable: true, Channels, PaddingModes.Zeros, dtype: ScalarType.Float64)),
                LiftingStep.Predict(Learned(tanh: true)),
            ],
            -1.25,
            0.75));

    [Theory]
    [MemberData(nameof(PathsAndAxes))]
    [Trait(EachPath.Name, EachPath.Value)]
    public void A_split_without_steps_and_its_gains_are_the_same_on_every_path(string path, int axes)
        => IsTheSame(path, axes, NewScheme([], -1.25, 0.75));

    [Theory]
    [MemberData(nameof(KernelTests.Paths), MemberType = typeof(KernelTests))]
    [Trait(EachPath.Name, EachPath.Value)]
    public void A_penalty_alone_has_the_same_gradients_as_tensor_operations_where_a_scheme_has_one_step(string path)
    {
        foreach (var axes in new[] { 1, 2, 3 })
        {
            foreach (var (isPredict, ofUpdate) in new[] { (true, true), (true, false), (false, true), (false, false) })
            {
                using var scope = NewDisposeScope();
                manual_seed(3);
                var op = Learned(tanh: false);
                using var pool = AnyPool.Down(axes, new LiftingScheme([isPredict ? LiftingStep.Predict(op) : LiftingStep.Update(op)]));
                var x = randn([2, Channels, .. new long[] { 9, 8, 11 }[..axes]], ScalarType.Float64).requires_grad_();
                Tensor[] variables = [x, .. pool.parameters()];
                Tensor[] Gradients(string on)
                {
                    using var forced = ComputePath.Force(on);
                    var (c_u, c_p) = pool.penalties(x);
                    ComputePath.Last.Should().Be(on);
                    return Derivative.Of(ofUpdate ? c_u : c_p, variables, createGraph: false);
                }

                foreach (var (found, wanted) in Gradients(path).Zip(Gradients("tensor")))
                {
                    found.RelativeNormTo(wanted, smallest: 1e-3)
                        .Should().BeLessThanOrEqualTo(1e-10, "{0}-D, predict {1}, c_u {2}", axes, isPredict, ofUpdate);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelTests.Paths), MemberType = typeof(KernelTests))]
    [Trait(EachPath.Name, EachPath.Value)]
    public void Second_derivatives_of_filters_are_those_of_tensor_operations(string path)
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var pool = AnyPool.Down(1, new LiftingScheme([
            LiftingStep.Predict(LiftingOperators.Rectified([0.4, -0.3, 0.2], 0.7, learnable: true, dtype: ScalarType.Float64)),
            LiftingStep.Update(LiftingOperators.Filter([0.1, 0.3, -0.2], learnable: true, dtype: ScalarType.Float64)),
        ]));
        var x = randn([2, Channels, 12], ScalarType.Float64).requires_grad_();
        Tensor[] variables = [x, .. pool.parameters()];
        Tensor[] Second(string on)
        {
            using var forced = ComputePath.Force(on);
            var y = pool.forward(x);
            ComputePath.Last.Should().Be(on);
            var first = Derivative.Of(y.square().sum(), variables, createGraph: true);
            return Derivative.Of(first.Select(Gradients.Weighed).Aggregate((sum, term) => sum + term), variables, createGraph: false);
        }

        foreach (var (found, wanted) in Second(path).Zip(Second("tensor")))
        {
            found.RelativeNormTo(wanted).Should().BeLessThanOrEqualTo(1e-11);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_papers_operator_is_two_convolutions_with_or_without_a_tanh(bool tanh)
    {
        using var scope = NewDisposeScope();
        using var op = LiftingOperators.Learned(4, kernel_size: 3, groups: 2, proj_groups: 1, bias: true, tanh: tanh, dtype: ScalarType.Float64);
        var weights = op.state_dict();
        var x = randn(2, 4, 9, dtype: ScalarType.Float64);

        var filtered = functional.conv1d(x, weights["conv.weight"], weights["conv.bias"], padding: 1, groups: 2);
        var projected = functional.conv1d(filtered.relu(), weights["proj.weight"], weights["proj.bias"]);

        op.call(x).LargestErrorTo(tanh ? projected.tanh() : projected).Should().BeLessThan(1e-14);
    }

    [Fact]
    public void The_tanh_is_an_argument_wherever_the_papers_operators_are_made_by_arguments()
    {
        var makers = typeof(LiftingScheme).Assembly.GetExportedTypes()
            .SelectMany(type => type.GetConstructors().Concat<MethodBase>(type.GetMethods()))
            .Select(maker => maker.GetParameters().Select(parameter => parameter.Name).ToArray())
            .Where(names => names.Contains("proj_groups"))
            .ToArray();

        makers.Should().HaveCountGreaterThan(7).And.OnlyContain(names => names.Contains("tanh"));

        using var scope = NewDisposeScope();
        using var op = LiftingOperators.Learned(4, tanh: false);
        using var scheme = new LiftingScheme(4, tanh: false);
        scheme.load_state_dict(op.state_dict()
            .SelectMany(entry => Both(entry.Key), (entry, name) => (name, entry.Value)).ToDictionary());
        var x = randn(2, 4, 12).mul(100);

        var (s, d) = scheme.lift(x);

        var (first, second) = (x.slice(2, 0, 12, 2), x.slice(2, 1, 12, 2));
        d.LargestErrorTo(first.sub(op.call(second))).Should().BeLessThan(1e-4);
        s.LargestErrorTo(second.add(op.call(d))).Should().BeLessThan(1e-4);

        static IEnumerable<string> Both(string weight) => [$"predict.{weight}", $"update.{weight}"];
    }

    [Fact]
    public void A_rectified_filter_is_a_convolution_its_positive_part_and_a_factor()
    {
        using var scope = NewDisposeScope();
        using var op = LiftingOperators.Rectified([0.5, -1, 2], factor: -0.25, padding_mode: PaddingModes.Zeros, dtype: ScalarType.Float64);
        var x = randn(2, 4, 9, dtype: ScalarType.Float64);
        var taps = tensor([0.5, -1, 2]).view(1, 1, 3).expand(4, 1, 3);

        var wanted = functional.conv1d(x, taps, padding: 1, groups: 4).relu().mul(-0.25);

        op.call(x).LargestErrorTo(wanted).Should().BeLessThan(1e-15);
    }

    [Fact]
    public void What_a_scheme_cannot_be_made_of_is_refused()
    {
        using var op = new Times(1);
        Action[] calls =
        [
            () => LiftingStep.Predict(null!),
            () => LiftingStep.Update(op, (StepRounding)7),
            () => _ = new LiftingScheme((IReadOnlyList<LiftingStep>)null!),
            () => _ = new LiftingScheme([null!]),
            () => _ = new LiftingScheme([LiftingStep.Predict(op), LiftingStep.Update(op)]),
            () => _ = new LiftingScheme([LiftingStep.Predict(op)], approximation_gain: 0),
            () => _ = new LiftingScheme([LiftingStep.Predict(op)], detail_gain: double.NaN),
            () => _ = new LiftingScheme([LiftingStep.Predict(op, StepRounding.Down)], approximation_gain: 2),
            () => LiftingOperators.Filter([1, 2]),
            () => LiftingOperators.Filter([]),
            () => LiftingOperators.Rectified(null!),
            () => LiftingOperators.Learned(4, groups: 3),
            () => LiftingScheme.MaxLifting(kernel_size: 2),
            () => LiftingScheme.Mean(channels: 0),
        ];

        calls.Select(call => Record.Exception(call)).Should().AllBeAssignableTo<ArgumentException>();
    }

    [Fact]
    public void A_lossless_scheme_of_ones_own_steps_gives_integers_back_on_every_path()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(new LiftingScheme(
        [
            LiftingStep.Predict(LiftingOperators.Filter([0.5, 0.5, 0]), StepRounding.Down),
            LiftingStep.Update(LiftingOperators.Filter([0, 0.25, 0.25]), StepRounding.Nearest),
        ]));
        using var known = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true));
        using var up = new LiftUpPool2d(pool);
        var x = randint(0, 256, [2, Channels, 13, 10]).to(ScalarType.Float32);
        foreach (var path in ComputePath.Paths)
        {
            using var forced = ComputePath.Force(path);
            var (_, bands) = pool.forward_with_bands(x);
            ComputePath.Last.Should().Be(path);
            var wanted = known.forward_with_bands(x).bands;

            bands.Names.Should().OnlyContain(name => bands[name].IsExactly(wanted[name]));
            up.forward(bands).IsExactly(x).Should().BeTrue();
        }
    }

    private static void IsTheSame(string path, int axes, LiftingScheme scheme)
    {
        using var scope = NewDisposeScope();
        using var pool = AnyPool.Down(axes, scheme);
        using var up = AnyPool.Up(axes, pool);
        var x = randn([2, Channels, .. new long[] { 9, 8, 11 }[..axes]], ScalarType.Float64);

        var lifted = scheme.lift(x.narrow(-1, 0, x.size(-1) / 2 * 2), -1);
        var wanted = PathValues.Of(pool, axes, x, "tensor", seed: 2, PenaltyNorm.MeanSquare);
        if (axes == 1)
        {
            wanted["L"].LargestErrorTo(lifted.s).Should().BeLessThan(1e-14);
            wanted["H"].LargestErrorTo(lifted.d).Should().BeLessThan(1e-14);
        }

        foreach (var (name, value) in PathValues.Of(pool, axes, x, path, seed: 2, PenaltyNorm.MeanSquare))
        {
            value.RelativeNormTo(wanted[name]).Should().BeLessThanOrEqualTo(1e-11, "{0}", name);
        }

        wanted["restored"].LargestErrorTo(x).Should().BeLessThan(1e-12);
    }

    private static LiftingScheme NewScheme(IReadOnlyList<LiftingStep> steps, double approximation, double detail) => new(steps, approximation, detail);

    private static Module<Tensor, Tensor> Learned(bool tanh)
        => LiftingOperators.Learned(Channels, kernel_size: 3, bias: true, tanh: tanh, dtype: ScalarType.Float64);
}

using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>Weights that a loss does not need have no gradient, null and not zeros, on every path: as of LibTorch's own layers.</summary>
public sealed class UnusedWeightTests : IClassFixture<OneThread>
{
    private static readonly (string Path, bool Recompute)[] Ways = [("auto", false), ("tensor", false), ("tensor", true)];

    public static IEnumerable<object[]> EveryDimension => [[1], [2], [3]];

    [Theory]
    [MemberData(nameof(EveryDimension))]
    [Trait(EachPath.Name, EachPath.Value)]
    public void What_has_a_gradient_is_the_same_on_every_path(int axes)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, pool) in Pools(axes))
        {
            using (pool)
            {
                foreach (var (part, loss) in Losses(axes))
                {
                    using var inner = NewDisposeScope();
                    var expected = Present(pool, loss, axes, "tensor", recompute: false);
                    foreach (var (path, recompute) in Ways)
                    {
                        Present(pool, loss, axes, path, recompute)
                            .Should().Be(expected, "{0}, {1}, on {2} with recompute {3}", name, part, path, recompute);
                    }
                }
            }
        }
    }

    // d = xo - P(xe) needs no U; s = xe + U(d) needs both, and so does a c_u, which is s - xo.
    [Theory]
    [InlineData(Bands2d.HH, false)]
    [InlineData(Bands2d.LH, true)]
    [InlineData(Bands2d.HL, true)]
    [InlineData(Bands2d.LL, true)]
    public void Only_the_band_of_details_alone_leaves_the_update_unused(Bands2d bands, bool update)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        foreach (var (path, recompute) in Ways)
        {
            using var forced = ComputePath.Force(path);
            using var pool = new LiftDownPool2d(4, bands: bands, reduction: BandReduction.Learned) { recompute = recompute };
            var (y, all) = pool.forward_with_bands(randn(2, 4, 8, 8));
            y.sum().backward();
            HasGradients(pool, ".predict.").Should().OnlyContain(present => present);
            HasGradients(pool, ".update.").Should().OnlyContain(present => present == update, path);
            HasGradients(pool, "gain").Should().OnlyContain(present => present);

            pool.zero_grad();
            pool.forward_with_bands(randn(2, 4, 8, 8)).bands["HH"].sum().backward();
            HasGradients(pool, ".predict.").Should().OnlyContain(present => present);
            HasGradients(pool, ".update.").Should().OnlyContain(present => !present, path);
            HasGradients(pool, "gain").Should().OnlyContain(present => !present, "the output has no part in it");
        }
    }

    [Fact]
    public void Weight_decay_leaves_unused_weights_as_they_were()
    {
        using var scope = NewDisposeScope();
        foreach (var (path, recompute) in Ways)
        {
            using var forced = ComputePath.Force(path);
            manual_seed(3);
            using var pool = new LiftDownPool2d(4, bands: Bands2d.HH) { recompute = recompute };
            using var optimizer = optim.AdamW(pool.parameters(), lr: 0.1, weight_decay: 0.5);
            var before = pool.named_parameters().ToDictionary(weight => weight.name, weight => weight.parameter.detach().clone());
            var x = randn(2, 4, 8, 8);
            for (var step = 0; step < 20; step++)
            {
                using var inner = NewDisposeScope();
                optimizer.zero_grad();
                pool.forward(x).square().sum().backward();
                optimizer.step();
            }

            foreach (var (name, weight) in pool.named_parameters())
            {
                weight.IsExactly(before[name]).Should().Be(name.Contains(".update.", StringComparison.Ordinal), "{0} on {1}", name, path);
            }
        }
    }

    private static IEnumerable<bool> HasGradients(LiftDownPool pool, string part)
        => pool.named_parameters()
            .Where(weight => weight.name.Contains(part, StringComparison.Ordinal))
            .Select(weight => weight.parameter.grad is not null);

    private static IEnumerable<(string Name, LiftDownPool Pool)> Pools(int axes)
    {
        var all = AnyPool.AllBands(axes);
        foreach (var band in new[] { 0, 1, (1 << axes) - 1 }.Distinct())
        {
            yield return ($"band {band}", AnyPool.Down(axes, 3, bands: 1 << band, bias: true, dtype: ScalarType.Float64));
        }

        yield return ("details", AnyPool.Down(axes, 3, bands: all & ~1, reduction: BandReduction.Concat, dtype: ScalarType.Float64));
        yield return ("gains", AnyPool.Down(axes, 3, reduction: BandReduction.Learned, dtype: ScalarType.Float64));
        yield return ("9/7", AnyPool.Down(axes, Learnable(Wavelet.Cdf97), bands: 1 << ((1 << axes) - 1)));
        yield return ("D4", AnyPool.Down(axes, Learnable(Wavelet.D4), bands: 1));
        var custom = new LiftingScheme(new RoundFilter(-1, 0.5, 0.5), new RoundFilter(0, 0.25, 0.25));
        yield return ("two filters", AnyPool.Down(axes, custom, bands: 1 << ((1 << axes) - 1)));
        static LiftingScheme Learnable(Wavelet wavelet) => LiftingScheme.Wavelet(wavelet, learnable: true, dtype: ScalarType.Float64);
    }

    private static IEnumerable<(string Part, Func<LiftDownPool, Tensor, Tensor> Loss)> Losses(int axes)
    {
        yield return ("the output", (pool, x) => Gradients.Weighed(pool.forward(x)));
        yield return ("the output, bands unused", (pool, x) => Gradients.Weighed(pool.forward_with_bands(x).output));
        for (var band = 0; band < 1 << axes; band++)
        {
            var only = band;
            yield return ($"band {band} of all", (pool, x) => OfBands(pool.forward_with_bands(x).bands, only));
        }

        yield return ("the first and the last band", (pool, x) => OfBands(pool.forward_with_bands(x).bands, 0, (1 << axes) - 1));
        yield return ("c_u", (pool, x) => pool.penalties(x, PenaltyNorm.L2).c_u);
        yield return ("c_p", (pool, x) => pool.penalties(x).c_p);
        yield return ("both penalties", (pool, x) => Sum(pool.penalties(x)));
        yield return ("c_p of a scope", (pool, x) => InScope(pool, x, (_, penalty) => penalty.c_p));
        yield return ("the output and c_p", (pool, x) => InScope(pool, x, (y, penalty) => Gradients.Weighed(y) + penalty.c_p));
        yield return ("what is restored", (pool, x) => Restored(pool, x, bands => bands.Approximation));
        yield return ("what is decoded", (pool, x) => Restored(pool, x, bands => bands.Approximation.detach()));
        yield return ("the details of a pyramid", (pool, x) => OfPyramid(pool, x, level: 1, (1 << axes) - 1));
        yield return ("the first details of a pyramid", (pool, x) => OfPyramid(pool, x, level: 0, (1 << axes) - 1));
        yield return ("nothing of it", (_, x) => Gradients.Weighed(x));
    }

    private static Tensor OfBands(LiftBands bands, params int[] which)
        => which.Select(band => Gradients.Weighed(bands[bands.Names[band]])).Aggregate((sum, term) => sum + term);

    private static Tensor Sum((Tensor c_u, Tensor c_p) terms) => terms.c_u + terms.c_p;

    private static Tensor InScope(LiftDownPool pool, Tensor x, Func<Tensor, LiftRegularizer, Tensor> loss)
    {
        using var penalty = new LiftRegularizer();
        var y = pool.forward(x);
        return loss(y, penalty).clone();
    }

    private static Tensor Restored(LiftDownPool pool, Tensor x, Func<LiftBands, Tensor> features)
    {
        var bands = pool.forward_with_bands(x).bands;
        using var up = AnyPool.Up((int)x.dim() - 2, pool);
        up.recompute = pool.recompute;
        return Gradients.Weighed(up.forward(features(bands), bands));
    }

    private static Tensor OfPyramid(LiftDownPool pool, Tensor x, int level, int band)
    {
        // One level after the other, as LiftPyramid does, which would own the pool.
        var bands = pool.Split(x);
        for (var i = 0; i < level; i++)
        {
            bands = pool.Split(bands.Approximation);
        }

        return OfBands(bands, band);
    }

    /// <summary>Which variables have a gradient, of both orders.</summary>
    private static string Present(LiftDownPool pool, Func<LiftDownPool, Tensor, Tensor> loss, int axes, string path, bool recompute)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force(path);
        pool.recompute = recompute;
        manual_seed(1);
        var x = randn(AnyPool.Eights(axes, 2, 3), ScalarType.Float64).requires_grad_();
        Tensor[] variables = [x, .. pool.parameters()];
        string[] names = ["x", .. pool.named_parameters().Select(weight => weight.name)];

        string Names(IEnumerable<Tensor?> gradients)
            => string.Join(" ", gradients.Zip(names, (gradient, name) => gradient is null ? null : name).OfType<string>());

        pool.zero_grad();
        x.grad = null;
        loss(pool, x).backward();
        var accumulated = Names(variables.Select(variable => variable.grad));

        Tensor?[] Of(Tensor scalar, bool createGraph)
            => [.. autograd.grad([scalar], variables, retain_graph: createGraph, create_graph: createGraph, allow_unused: true)
                .Select(gradient => gradient.IsInvalid ? null : gradient)];

        var first = Of(loss(pool, x), createGraph: true);
        Tensor[] present = [.. first.OfType<Tensor>().Where(gradient => gradient.requires_grad)];
        var second = present.Length == 0
            ? []
            : Of(present.Select(Gradients.Weighed).Aggregate((sum, term) => sum + term), createGraph: false);
        return $"backward: {accumulated}; grad: {Names(first)}; of the gradients: {Names(second)}";
    }
}

using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>
/// What nobody asks for is not computed: with any subset of the parameters frozen, with and without a gradient of the input, with either
/// penalty alone, the gradients that remain are those of tensor operations, and the others are null.
/// </summary>
[Trait(EachPath.Name, EachPath.Value)]
public class FrozenWeightTests : IClassFixture<OneThread>
{
    public static TheoryData<string> Paths => KernelTests.Paths;

    [Theory]
    [MemberData(nameof(Paths))]
    public void Any_part_may_be_frozen(string path)
    {
        var random = new Random(5);
        for (var seed = 0; seed < 90; seed++)
        {
            using var scope = NewDisposeScope();
            manual_seed(seed);
            var axes = 1 + (seed % 3);
            var channels = random.Next(16, 20);
            long[] lengths = [.. Enumerable.Range(0, axes).Select(_ => (long)random.Next(8, axes == 3 ? 14 : 40))];
            var bands = random.Next(1, AnyPool.AllBands(axes) + 1);
            using var pool = AnyPool.Down(
                axes, channels, 1 + (2 * random.Next(4)), bands, (BandReduction)random.Next(4), bias: random.Next(2) == 0,
                padding_mode: AnyPool.Paddings[random.Next(4)], ceil_mode: random.Next(2) == 0, dtype: ScalarType.Float64);
            foreach (var weight in pool.parameters())
            {
                weight.requires_grad_(random.Next(3) > 0);
            }

            var x = randn([random.Next(1, 3), channels, .. lengths], ScalarType.Float64).requires_grad_(random.Next(2) == 0);
            var (penalty, upToo) = (random.Next(4), random.Next(2) == 0);
            var wanted = Gradients(pool, axes, x, "tensor", penalty, upToo, seed);
            var found = Gradients(pool, axes, x, path, penalty, upToo, seed);
            AreThoseOf(
                found,
                wanted,
                $"of {axes}-D [{string.Join(", ", x.shape)}], bands {bands:b}, penalty {penalty}, up {upToo}, seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void The_gains_of_the_bands_alone_have_a_gradient(string path)
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var pool = AnyPool.Down(1, 16, reduction: BandReduction.Learned, dtype: ScalarType.Float64);
        foreach (var weight in pool.Scheme.parameters())
        {
            weight.requires_grad_(false);
        }

        var x = randn(2, 16, 24, dtype: ScalarType.Float64);
        var wanted = Gradients(pool, 1, x, "tensor", penalty: 0, upToo: false, seed: 5);
        var found = Gradients(pool, 1, x, path, penalty: 0, upToo: false, seed: 5);

        var gain = wanted.Where(gradient => gradient.Value is not null).Should().ContainSingle().Subject;
        var own = found.Where(gradient => gradient.Value is not null).Should().ContainSingle().Subject;
        own.Key.Should().Be(gain.Key);
        own.Value!.RelativeNormTo(gain.Value!, smallest: 1e-3).Should().BeLessThanOrEqualTo(1e-10);
    }

    // Along the second axis the predicts of two lines get gradients for the update before them on one line alone: nothing learns before
    // the other.
    [Theory]
    [MemberData(nameof(Paths))]
    public void The_update_alone_has_gradients(string path)
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        using var pool = AnyPool.Down(2, 16, 3, dtype: ScalarType.Float64);
        foreach (var (name, weight) in pool.named_parameters())
        {
            weight.requires_grad_(name.Contains("update"));
        }

        var x = randn(1, 16, 8, 10, dtype: ScalarType.Float64);
        var wanted = Gradients(pool, 2, x, "tensor", penalty: 0, upToo: false, seed: 5);
        var found = Gradients(pool, 2, x, path, penalty: 0, upToo: false, seed: 5);

        wanted.Values.Count(gradient => gradient is not null).Should().BePositive().And.BeLessThan(wanted.Count);
        AreThoseOf(found, wanted, "");
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_penalty_that_the_loss_leaves_out_brings_no_NaN(string path)
    {
        foreach (var penalty in new[] { 1, 2 })
        {
            using var scope = NewDisposeScope();
            manual_seed(2);
            using var pool = AnyPool.Down(1, 16, dtype: ScalarType.Float64);
            var x = randn(1, 16, 24, dtype: ScalarType.Float64);
            x[0, 3, 9] = tensor(double.PositiveInfinity, ScalarType.Float64);
            x.requires_grad_();
            var wanted = Gradients(pool, 1, x, "tensor", penalty, upToo: false, seed: 3)["the input"]!;
            var found = Gradients(pool, 1, x, path, penalty, upToo: false, seed: 3)["the input"]!;
            found.isnan().IsExactly(wanted.isnan()).Should().BeTrue("penalty {0} alone", penalty);
            wanted.isnan().all().item<bool>().Should().BeFalse("it would show nothing");
        }
    }

    private static void AreThoseOf(Dictionary<string, Tensor?> found, Dictionary<string, Tensor?> wanted, string call)
    {
        foreach (var (name, right) in wanted)
        {
            (found[name] is null).Should().Be(right is null, "{0} {1}", name, call);
            found[name]?.RelativeNormTo(right!, smallest: 1e-3).Should().BeLessThanOrEqualTo(1e-10, "{0} {1}", name, call);
        }
    }

    private static Dictionary<string, Tensor?> Gradients(LiftDownPool pool, int axes, Tensor input, string path, int penalty, bool upToo, int seed)
    {
        using var forced = ComputePath.Force(path);
        manual_seed(seed);
        pool.zero_grad();
        var x = input.detach().requires_grad_(input.requires_grad);
        using var regularizer = penalty > 0 ? new LiftRegularizer(lambda_u: 0.3, lambda_p: 0.7) : null;
        using var up = AnyPool.Up(axes, pool);
        var (y, bands) = pool.forward_with_bands(x);
        ComputePath.Last.Should().Be(path);
        var loss = y.mul(randn_like(y)).sum();
        if (upToo)
        {
            var restored = up.forward(bands);
            loss += restored.mul(randn_like(restored)).sum();
        }

        loss = penalty switch { 1 => loss + regularizer!.c_u, 2 => loss + regularizer!.c_p, 3 => loss + regularizer!.loss(), _ => loss };
        if (loss.requires_grad)
        {
            loss.backward();
        }

        var found = pool.named_parameters().ToDictionary(weight => weight.name, weight => weight.parameter.grad?.clone());
        found["the input"] = x.grad?.clone();
        return found;
    }
}

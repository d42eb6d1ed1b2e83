using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>Training, with the penalties, costs the inverse nothing.</summary>
public sealed class TrainedWeightsTests(ITestOutputHelper output) : IClassFixture<OneThread>
{
    private const int Steps = 60;

    public static TheoryData<ScalarType, int> Kinds => new()
    {
        { ScalarType.Float64, 1 }, { ScalarType.Float64, 2 }, { ScalarType.Float64, 3 },
        { ScalarType.Float32, 1 }, { ScalarType.Float32, 2 }, { ScalarType.Float32, 3 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Trained_weights_are_undone_within_the_bound_of_fresh_ones(ScalarType dtype, int axes)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var pool = AnyPool.Down(axes, channels: 4, bands: 1, bias: true, dtype: dtype);
        using var up = AnyPool.Up(axes, pool);
        using var optimizer = optim.Adam(pool.parameters(), 1e-2);
        var fresh = pool.parameters().Select(weight => weight.detach().clone()).ToArray();
        List<double> losses = [];

        for (var step = 0; step < Steps; step++)
        {
            using var inner = NewDisposeScope();
            using var penalty = new LiftRegularizer();
            var (noisy, target) = Waves(axes, dtype);
            var loss = functional.mse_loss(pool.forward(noisy), target).add(penalty.loss());
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            losses.Add(loss.to(ScalarType.Float64).item<double>());
        }

        losses[^10..].Average().Should().BeLessThan(losses[..10].Average() * 0.8, "it learned");
        pool.parameters().Zip(fresh).Should().OnlyContain(pair => pair.First.LargestErrorTo(pair.Second) > 0.05, "every weight moved");
        var (x, _) = Waves(axes, dtype);
        var error = up.forward(pool.forward_with_bands(x).bands).ErrorTo(x);
        output.WriteLine($"{dtype} {axes}-D: loss {losses[0]:g2} to {losses[^1]:g2}, inverse off by {error:g2} of {InvertibilityTests.Bound(dtype):g2}");
        error.Should().BeLessThanOrEqualTo(InvertibilityTests.Bound(dtype));
    }

    /// <summary>Slow waves under noise, of even and odd lengths, and the waves' second samples: the approximation that a pool should learn.</summary>
    private static (Tensor Noisy, Tensor Target) Waves(int axes, ScalarType dtype)
    {
        long[] lengths = [.. new long[] { 12, 9, 10 }.Take(axes)];
        var wave = zeros([2, 4, .. lengths], dtype);
        for (var axis = 0; axis < axes; axis++)
        {
            var phase = rand([2, 4, .. Enumerable.Repeat(1L, axes)], dtype).mul(6.28);
            var places = arange(lengths[axis], dtype: dtype).mul(0.5).view([lengths[axis], .. Enumerable.Repeat(1L, axes - 1 - axis)]);
            wave = wave.add(places.add(phase).sin());
        }

        var target = wave;
        for (var dim = 2; dim < wave.dim(); dim++)
        {
            target = target.slice(dim, 1, wave.size(dim), 2);
        }

        return (wave.add(randn_like(wave).mul(0.3)), target);
    }
}

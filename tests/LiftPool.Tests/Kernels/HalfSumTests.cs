using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>
/// Gradients of half types that are sums: of a sample that is in several windows or stands for one that is repeated, of taps that all
/// channels share, of a band that is in two results. They are rounded once, after the sum, on every path.
/// </summary>
[Trait(EachPath.Name, EachPath.Value)]
public sealed class HalfSumTests : IClassFixture<OneThread>
{
    private const int Channels = 19;

    public static TheoryData<ScalarType, string> Cases => HalfTypeTests.Cases;

    public static TheoryData<string> Paths => [.. ComputePath.Paths];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Of_a_sample_that_counts_more_than_once(ScalarType dtype, string path)
    {
        foreach (var dense in Enum.GetValues<DenseMax>())
        {
            using var scope = NewDisposeScope();
            LiftDownPool NewPool(ScalarType type)
                => AnyPool.Down(2, LiftingScheme.Wavelet(Wavelet.Cdf53, dtype: type), ceil_mode: true, dense_max: dense);
            var x = randn([2, Channels, 7, 9]).to(dtype);
            var weights = rand([2, Channels, 4, 5]).to(dtype);

            // Valid windows are one fewer.
            weights = dense == DenseMax.Valid ? weights.narrow(2, 0, 3).narrow(3, 0, 4) : weights;

            HalfTypeTests.ShouldBeRounded(
                GradientOfInput(NewPool(dtype), x, weights, path),
                GradientOfInput(NewPool(ScalarType.Float64), x.to(ScalarType.Float64), weights, "tensor"),
                dtype,
                $"{dense}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Of_taps_that_all_channels_share(ScalarType dtype, string path)
    {
        foreach (var scheme in new Func<ScalarType, LiftingScheme>[]
        {
            type => LiftingScheme.Wavelet(Wavelet.Haar, learnable: true, dtype: type),
            type => LiftingScheme.MaxLifting(learnable: true, kernel_size: 3, dtype: type),
        })
        {
            using var scope = NewDisposeScope();
            var (half, exact) = (AnyPool.Down(2, scheme(dtype)), AnyPool.Down(2, scheme(ScalarType.Float64)));
            exact.load_state_dict(half.state_dict().ToDictionary(one => one.Key, one => one.Value.to(ScalarType.Float64)));
            var x = randn([2, Channels, 8, 10]).to(dtype);
            var weights = rand([2, Channels, 4, 5]).to(dtype);

            GradientOfInput(half, x, weights, path);
            GradientOfInput(exact, x.to(ScalarType.Float64), weights, "tensor");

            foreach (var (found, wanted) in half.named_parameters().Zip(exact.named_parameters()))
            {
                HalfTypeTests.ShouldBeRounded(found.parameter.grad!, wanted.parameter.grad!, dtype, found.name, slack: 2e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Of_a_lossless_band_that_is_in_two_results(string path)
    {
        using var scope = NewDisposeScope();
        var x = randint(-8, 9, [2, Channels, 12]).to(ScalarType.Float16);
        Tensor[] weights = [.. Enumerable.Range(0, 3).Select(_ => rand([2, Channels, 6]).to(ScalarType.Float16))];
        Tensor Gradient(ScalarType dtype, string on)
        {
            using var forced = ComputePath.Force(on);
            var scheme = LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true, dtype: dtype);
            var pool = new LiftDownPool1d(scheme, reduction: BandReduction.Mean);
            var leaf = x.to(dtype).detach().clone().requires_grad_();
            var (y, bands) = pool.forward_with_bands(leaf);
            ComputePath.Last.Should().Be(on);
            Tensor[] results = [y, bands["L"], bands["H"]];
            results.Zip(weights, (result, weight) => result.to(ScalarType.Float64).mul(weight.to(ScalarType.Float64)).sum())
                .Aggregate((sum, term) => sum.add(term)).backward();
            return leaf.grad!;
        }

        HalfTypeTests.ShouldBeRounded(Gradient(ScalarType.Float16, path), Gradient(ScalarType.Float64, "tensor"), ScalarType.Float16, path);
    }

    private static Tensor GradientOfInput(LiftDownPool pool, Tensor input, Tensor weights, string path)
    {
        using var forced = ComputePath.Force(path);
        var x = input.detach().requires_grad_();
        var y = pool.forward(x);
        ComputePath.Last.Should().Be(path);
        y.to(ScalarType.Float64).mul(weights.to(ScalarType.Float64)).sum().backward();
        return x.grad!;
    }
}

namespace LiftPool.Benchmarks;

/// <summary>The pools of one wavelet, its filters fixed and shared by all channels, and what they are timed against.</summary>
internal sealed class WaveletContest : IDisposable
{
    public const string Forward = "forward with all four bands";
    public const string Low = "forward of LL alone";
    public const string Sum = "forward of the bands' sum";
    public const string Inverse = "inverse";
    public const string Convolution = "depthwise convolution of four filters, stride 2";
    public const string Copy = "a copy of the input";

    /// <summary>The shortest and the second shortest filters: what is left of a forward once there is little to compute.</summary>
    public static readonly IReadOnlyList<Wavelet> Wavelets = [Wavelet.Haar, Wavelet.Cdf53];

    // float32 rounds the sums of the convolution and of the steps differently.
    private const double MostDifference = 1e-5;

    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Tensor input;
    private readonly LiftDownPool2d low;
    private readonly LiftDownPool2d sum;
    private readonly LiftPyramid transform;
    private readonly WaveletConvolution convolution;
    private readonly Module<Tensor, Tensor> max;

    /// <exception cref="InvalidOperationException">The convolution is not the wavelet's transform.</exception>
    public WaveletContest(Wavelet wavelet, Shape shape)
    {
        input = randn(shape.Size);
        low = new LiftDownPool2d(LiftingScheme.Wavelet(wavelet), Bands2d.LL);
        sum = LiftDownPool2d.Sharing(low);
        transform = new LiftPyramid(LiftDownPool2d.Sharing(low), 1);
        convolution = new WaveletConvolution(wavelet, shape.Channels);
        max = Pools.New(PoolKind.Max, shape.Axes, shape.Channels);
        Check(wavelet);
    }

    /// <summary>To be run without gradients.</summary>
    public IReadOnlyList<Side> Sides()
    {
        var bands = transform.call(input);
        return
        [
            Scoped(Forward, () => transform.call(input)),
            Scoped(Low, () => low.call(input)),
            Scoped(Sum, () => sum.call(input)),
            Scoped(Inverse, () => transform.unlift(bands)),
            Scoped(Convolution, () => convolution.call(input)),
            Scoped(Copy, () => input.clone()),
            Scoped(Pools.Title(PoolKind.Max), () => max.call(input)),
        ];
    }

    public void Dispose()
    {
        foreach (var module in (Module[])[transform, sum, low, convolution, max])
        {
            module.Dispose();
        }

        scope.Dispose();
    }

    // What computes something else proves nothing by its time.
    private void Check(Wavelet wavelet)
    {
        using var check = NewDisposeScope();
        var bands = transform.call(input).Levels[0];
        var composed = convolution.call(input);
        for (var i = 0; i < bands.Names.Count; i++)
        {
            var difference = convolution.Inside(bands[bands.Names[i]]).sub(convolution.Inside(composed, i)).abs().max().ToDouble();
            if (!(difference < MostDifference))
            {
                throw new InvalidOperationException(FormattableString.Invariant(
                    $"{wavelet}: expected the convolution's {bands.Names[i]} to be the pool's within {MostDifference}, got {difference} between them"));
            }
        }
    }

    private static Side Scoped<TResult>(string name, Func<TResult> call) => new(name, () =>
    {
        using var own = NewDisposeScope();
        _ = call();
    });
}

namespace LiftPool.Tests;

// The code of docs/wavelets.md, run: SnippetTests compares the two.
public sealed class WaveletsSnippets : IClassFixture<OneThread>
{
    private const double Deviation = 0.1;

    [Fact]
    public void Wavelets()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var image = randint(0, 256, [1, 3, 45, 62]).to(ScalarType.Float32);

        // DOCS: wavelets
        var pooling = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Haar), Bands2d.LL);
        var learned = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf97, learnable: true, channels: 16));

        var reversible = LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true);      // JPEG 2000's
        var pyramid = new LiftPyramid(new LiftDownPool2d(reversible), 4);
        var levels = pyramid.forward(image);                                        // integers in, integers out
        var same = pyramid.unlift(levels);                                          // bit for bit
        // DOCS end

        // Haar's smooth copy is the mean of four, times two.
        pooling.forward(image).ErrorTo(nn.functional.avg_pool2d(image, 2).mul(2)).Should().BeLessThan(1e-6);
        learned.forward(rand(1, 16, 8, 8)).sum().backward();
        learned.parameters().Should().HaveCount(4).And.OnlyContain(weight => weight.HasUsefulGrad());
        levels.Levels.Should().HaveCount(4);
        same.IsExactly(image).Should().BeTrue();
        pooling.Dispose();
        learned.Dispose();
        pyramid.Dispose();
    }

    [Fact]
    public void Denoising()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var clean = Picture(61, 75);
        var noisy = clean.add(randn_like(clean).mul(Deviation));
        const double threshold = 2.5 * Deviation;

        // DOCS: denoising
        var pyramid = new LiftPyramid(new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf97), ceil_mode: true), 3);

        var levels = pyramid.forward(noisy);
        var shrunk = levels.Map((level, name, band) => (level, name) switch
        {
            (_, "LL") => band,
            (0, "HH") => zeros_like(band),                  // the finest diagonals: mostly noise
            _ => nn.functional.softshrink(band, threshold),
        });
        var denoised = pyramid.unlift(shrunk);
        // DOCS end

        // Everywhere, and as much at the end of an odd axis.
        Error(denoised, clean).Should().BeLessThan(0.25 * Deviation * Deviation);
        Error(denoised.narrow(2, 60, 1), clean.narrow(2, 60, 1)).Should().BeLessThan(0.5 * Deviation * Deviation);
        Error(denoised.narrow(3, 74, 1), clean.narrow(3, 74, 1)).Should().BeLessThan(0.5 * Deviation * Deviation);
        pyramid.Dispose();
    }

    [Fact]
    public void Storing()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = new LiftDownPool2d(channels: 3);
        using var up = new LiftUpPool2d(pool);
        var x = randn(1, 3, 8, 6);
        var (_, bands) = pool.forward_with_bands(x);
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            // DOCS: storing
            foreach (var (name, band) in bands)
            {
                band.save(Path.Combine(folder, name));
            }

            var loaded = new LiftBands(bands.Names.ToDictionary(name => name, name => Tensor.load(Path.Combine(folder, name))));
            var restored = up.forward(loaded);
            // DOCS end

            loaded.Should().OnlyContain(pair => pair.Value.IsExactly(bands[pair.Key]));
            restored.ErrorTo(x).Should().BeLessThan(2e-6);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Zeros_restore_zeros_but_for_the_samples_that_floor_mode_leaves_out(int axes)
    {
        foreach (var (ceilMode, count) in new[] { (false, 1), (true, 1), (true, 3) })
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            manual_seed(2);
            using var pyramid = new LiftPyramid(AnyPool.Down(axes, LiftingScheme.Wavelet(Wavelet.Cdf53), ceil_mode: ceilMode), count);
            long[] lengths = [.. new long[] { 9, 13, 11 }[..axes]];
            var x = rand([2, 3, .. lengths]).add(1);
            var levels = pyramid.forward(x);
            foreach (var bands in levels.Levels)
            {
                foreach (var name in bands.Names)
                {
                    bands[name].zero_();
                }
            }

            var restored = pyramid.unlift(levels);

            // Of each odd axis the last: none is zero in the input.
            var wanted = x.clone();
            var inside = Enumerable.Range(0, axes).Aggregate(wanted, (view, axis) => view.narrow(axis + 2, 0, lengths[axis] - 1));
            inside.zero_();
            restored.IsExactly(ceilMode ? zeros_like(x) : wanted).Should().BeTrue("ceil_mode {0}, {1} levels", ceilMode, count);
        }
    }

    // Smooth, with an edge.
    private static Tensor Picture(long height, long width)
    {
        var (rows, columns) = (linspace(0, 1, height).unsqueeze(1), linspace(0, 1, width));
        return rows.mul(3).sin().add(columns.mul(2).cos()).add(columns.gt(0.4).to(ScalarType.Float32)).view(1, 1, height, width);
    }

    private static double Error(Tensor found, Tensor right) => found.sub(right).square().mean().item<float>();
}

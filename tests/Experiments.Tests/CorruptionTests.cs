namespace Experiments.Tests;

/// <summary>What every corruption of the experiments has to keep, and what each of them does, worked out by hand.</summary>
public sealed class CorruptionTests : IClassFixture<OneThread>
{
    private const int Seed = 3;

    public static TheoryData<string, int, int> NamesAndImages
    {
        get
        {
            var data = new TheoryData<string, int, int>();
            foreach (var corruption in Corruptions.All)
            {
                data.Add(corruption.Name, 1, 28);
                data.Add(corruption.Name, 3, 32);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(NamesAndImages))]
    public void Each_severity_keeps_shape_and_range_and_is_further_from_the_image(string name, int channels, int side)
    {
        using var scope = NewDisposeScope();
        var corruption = Corruptions.All.Single(one => one.Name == name);
        var images = Smooth(channels, side);
        corruption.Severities.Should().HaveCount(Corruption.Levels);

        var least = 0.0;
        for (var severity = 1; severity <= Corruption.Levels; severity++)
        {
            var corrupted = corruption.Apply(images, severity, Seed);

            corrupted.shape.Should().Equal(images.shape);
            corrupted.dtype.Should().Be(ScalarType.Float32);
            corrupted.min().item<float>().Should().BeGreaterThanOrEqualTo(0);
            corrupted.max().item<float>().Should().BeLessThanOrEqualTo(1);
            var distance = corrupted.sub(images).abs().mean().item<float>();
            distance.Should().BeGreaterThan((float)least);
            least = distance;
        }
    }

    [Theory]
    [MemberData(nameof(NamesAndImages))]
    public void A_seed_gives_the_same_images_again_and_leaves_the_clean_ones_alone(string name, int channels, int side)
    {
        using var scope = NewDisposeScope();
        var corruption = Corruptions.All.Single(one => one.Name == name);
        var images = Smooth(channels, side);
        var before = images.clone();

        var first = corruption.Apply(images, 3, Seed);
        _ = rand(10);

        corruption.Apply(images, 3, Seed).IsExactly(first).Should().BeTrue();
        images.IsExactly(before).Should().BeTrue();
    }

    [Theory]
    [InlineData("gaussian noise")]
    [InlineData("shot noise")]
    [InlineData("impulse noise")]
    [InlineData("motion blur")]
    [InlineData("rotation")]
    [InlineData("elastic")]
    [InlineData("occlusion")]
    public void Another_seed_gives_other_images(string name)
    {
        using var scope = NewDisposeScope();
        var corruption = Corruptions.All.Single(one => one.Name == name);
        var images = Smooth(1, 28);

        corruption.Apply(images, 3, Seed).IsExactly(corruption.Apply(images, 3, Seed + 1)).Should().BeFalse();
    }

    [Fact]
    public void Noise_has_the_mean_and_the_variance_that_it_names()
    {
        using var scope = NewDisposeScope();
        using var draw = new Generator(Seed);
        var grey = full([100, 1, 32, 32], 0.4f);

        var gaussian = Noise.Gaussian(grey, 0.1, draw);
        gaussian.mean().item<float>().Should().BeApproximately(0.4f, 0.002f);
        gaussian.std().item<float>().Should().BeApproximately(0.1f, 0.002f);

        // Counts of mean 20 and variance 20.
        var shot = Noise.Shot(grey, 50, draw);
        shot.mean().item<float>().Should().BeApproximately(0.4f, 0.002f);
        shot.var().item<float>().Should().BeApproximately(20f / (50 * 50), 0.0005f);

        var impulse = Noise.Impulse(grey, 0.1, draw);
        impulse.eq(0f).to(ScalarType.Float32).mean().item<float>().Should().BeApproximately(0.05f, 0.005f);
        impulse.eq(1f).to(ScalarType.Float32).mean().item<float>().Should().BeApproximately(0.05f, 0.005f);
        impulse.eq(0.4f).to(ScalarType.Float32).mean().item<float>().Should().BeApproximately(0.9f, 0.005f);
    }

    [Fact]
    public void Blurs_leave_an_even_image_as_it_is()
    {
        using var scope = NewDisposeScope();
        using var draw = new Generator(Seed);
        var grey = full([2, 3, 28, 32], 0.4f);

        Blur.Gaussian(grey, 2).LargestErrorTo(grey).Should().BeLessThan(1e-6);
        Blur.Motion(grey, 7, draw).LargestErrorTo(grey).Should().BeLessThan(1e-6);
        Blur.Zoom(grey, 1.5).LargestErrorTo(grey).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void A_blurred_point_is_the_Gaussian()
    {
        using var scope = NewDisposeScope();
        var point = zeros([1, 1, 21, 25], ScalarType.Float64);
        point[0, 0, 10, 12] = 1;

        var blurred = Blur.Gaussian(point, 1.5);

        var x = arange(25, ScalarType.Float64).sub(12).square().div(-2 * 1.5 * 1.5).exp();
        var y = arange(21, ScalarType.Float64).sub(10).square().div(-2 * 1.5 * 1.5).exp();
        var expected = y.unsqueeze(1).mul(x.unsqueeze(0));
        blurred[0, 0].LargestErrorTo(expected.div(expected.sum())).Should().BeLessThan(1e-4);
    }

    [Fact]
    public void Contrast_draws_each_channel_to_its_mean()
    {
        using var scope = NewDisposeScope();
        var image = Float([1, 2, 1, 2], 0, 1, 0.4f, 0.8f);

        Light.Contrast(image, 0.5).LargestErrorTo(Float([1, 2, 1, 2], 0.25f, 0.75f, 0.5f, 0.7f)).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Brightness_keeps_hue_and_saturation()
    {
        using var scope = NewDisposeScope();

        // Three pixels: value 0.4 to 0.6, black to grey, and value 0.9, which ends at 1.
        var image = Float([1, 3, 1, 3], 0.2f, 0, 0.9f, 0.4f, 0, 0.45f, 0.1f, 0, 0);
        var expected = Float([1, 3, 1, 3], 0.3f, 0.2f, 1, 0.6f, 0.2f, 0.5f, 0.15f, 0.2f, 0);

        Light.Brightness(image, 0.2).LargestErrorTo(expected).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Pixelate_makes_squares_of_their_means_and_cuts_off_the_last()
    {
        using var scope = NewDisposeScope();
        var image = Float([1, 1, 2, 5], 1, 2, 5, 5, 9, 3, 4, 5, 7, 1);
        var expected = Float([1, 1, 2, 5], 2.5f, 2.5f, 5.5f, 5.5f, 5, 2.5f, 2.5f, 5.5f, 5.5f, 5);

        Cover.Pixelate(image, 2).LargestErrorTo(expected).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Occlusion_lays_one_whole_square_over_each_image()
    {
        using var scope = NewDisposeScope();
        using var draw = new Generator(Seed);

        var covered = Cover.Occlude(zeros([50, 3, 28, 28]), 0.25, draw).eq(0.5f);

        covered.sum([1, 2, 3]).eq(3 * 7 * 7).all().item<bool>().Should().BeTrue();
        covered.any(2).sum([1, 2]).eq(3 * 7).all().item<bool>().Should().BeTrue();
        covered.any(3).sum([1, 2]).eq(3 * 7).all().item<bool>().Should().BeTrue();
    }

    /// <summary>Random images without fine detail that use most of 0..1.</summary>
    private static Tensor Smooth(int channels, int side)
    {
        using var draw = new Generator(Seed);
        return functional.interpolate(rand([16, channels, 8, 8], generator: draw), [side, side], mode: InterpolationMode.Bilinear);
    }

    private static Tensor Float(long[] shape, params float[] values) => tensor(values, shape);
}

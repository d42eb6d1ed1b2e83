namespace Experiments.Tests;

/// <summary>The scenes of samples/Experiments' segmentation.</summary>
public sealed class SceneTests
{
    [Fact]
    public void The_same_seed_gives_the_same_scenes_however_many()
    {
        var garments = new Garments(RandomPixels(6), [0, 1, 2, 3, 4, 5], side: 28);

        var few = Scenes.Compose(garments, 2, seed: 5);
        var many = Scenes.Compose(garments, 4, seed: 5);
        var others = Scenes.Compose(garments, 2, seed: 6);

        many.Pixels.Take(few.Pixels.Length).Should().Equal(few.Pixels);
        many.Labels.Take(few.Labels.Length).Should().Equal(few.Labels);
        others.Labels.SequenceEqual(few.Labels).Should().BeFalse();
    }

    [Fact]
    public void A_garment_is_resampled_as_LibTorch_does()
    {
        using var scope = NewDisposeScope();
        var pixels = RandomPixels(3);
        var garments = new Garments(pixels, [0, 1, 2], side: 28);

        // Beyond the border LibTorch repeats the last pixel, and a garment has nothing.
        var images = tensor(pixels, [3, 1, 28, 28]);
        var larger = functional.interpolate(images, [56, 56], mode: InterpolationMode.Bilinear, align_corners: false);
        var inner = larger[2, 0].narrow(0, 1, 54).narrow(1, 1, 54).contiguous().data<float>().ToArray();
        var sampled = Enumerable.Range(1, 54).SelectMany(y => Enumerable.Range(1, 54).Select(x => garments.Sample(2, At(x), At(y))));

        sampled.Zip(inner).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6);

        static float At(int larger) => ((larger + 0.5f) / 2) - 0.5f;
    }

    [Theory]
    [InlineData(0, new int[] { Scenes.Background })]
    [InlineData(1, new int[] { 3, Scenes.Background })]
    public void Labels_are_those_of_visible_garments_and_of_the_background(float grey, int[] expected)
    {
        var garments = new Garments([.. Enumerable.Repeat(grey, 28 * 28)], [3], side: 28);

        var (pixels, labels) = Scenes.Compose(garments, 20, seed: 7);

        labels.Distinct().Select(label => (int)label).Should().BeEquivalentTo(expected);
        pixels.Should().OnlyContain(pixel => pixel >= 0 && pixel <= 1);
    }

    private static float[] RandomPixels(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count * 28 * 28).Select(_ => random.NextSingle())];
    }
}

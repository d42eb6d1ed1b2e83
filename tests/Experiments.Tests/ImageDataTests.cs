namespace Experiments.Tests;

/// <summary>What images a run sees.</summary>
public sealed class ImageDataTests : IClassFixture<OneThread>, IDisposable
{
    private const int TrainImages = 50;

    private readonly string folder = Directory.CreateTempSubdirectory("cifar-").FullName;

    [Fact]
    public void The_fine_label_of_CIFAR_100_counts_and_planes_are_red_green_blue()
    {
        using var scope = NewDisposeScope();
        WriteCifar100();

        var test = ImageData.Load(Settings(), seed: 1).Test;

        test.Labels.data<long>().ToArray().Should().Equal(7, 99);
        test.Images.shape.Should().Equal(2, 3, 32, 32);
        test.Images[0, 1, 0, 2].item<float>().Should().Be(200 / 255f);
        test.Images[0, 2, 31, 31].item<float>().Should().Be(1);
    }

    [Fact]
    public void No_image_is_in_two_splits_and_validation_does_not_depend_on_the_seed()
    {
        using var scope = NewDisposeScope();
        WriteCifar100();

        var (one, other) = (ImageData.Load(Settings(), seed: 1), ImageData.Load(Settings(), seed: 2));

        // Each training image is of a grey of its own.
        Greys(one.Validation).Should().HaveCount(TrainImages / 5).And.Equal(Greys(other.Validation));
        Greys(one.Train).Should().HaveCount(20).And.OnlyHaveUniqueItems().And.NotIntersectWith(Greys(one.Validation));
        Greys(one.Train).Should().NotEqual(Greys(other.Train));
        Greys(ImageData.Load(Settings(), seed: 1).Train).Should().Equal(Greys(one.Train));

        static float[] Greys(Examples examples) => examples.Images.select(1, 0).select(1, 0).select(1, 0).contiguous().data<float>().ToArray();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Settings Settings() => new(folder, "cifar", folder, Train: 20, Validation: 1000, Test: 1000, Epochs: 1);

    private void WriteCifar100()
    {
        File.WriteAllBytes(Path.Combine(folder, "train.bin"), [.. Enumerable.Range(0, TrainImages).SelectMany(i => Record(3, (byte)i, [.. Enumerable.Repeat((byte)i, 3072)]))]);
        var first = new byte[3072];
        (first[1024 + 2], first[3071]) = (200, 255);
        File.WriteAllBytes(Path.Combine(folder, "test.bin"), [.. Record(1, 7, first), .. Record(2, 99, new byte[3072])]);
    }

    private static byte[] Record(byte coarse, byte fine, byte[] pixels) => [coarse, fine, .. pixels];
}

namespace Experiments.Tests;

/// <summary>The flip probability, worked out by hand, and the sequences that it is measured on.</summary>
public sealed class PerturbationTests : IClassFixture<OneThread>
{
    public static TheoryData<string> Names => [.. Perturbations.All.Select(one => one.Name)];

    [Fact]
    public void Flips_are_counted_from_frame_to_frame_or_from_the_first()
    {
        using var scope = NewDisposeScope();

        // Four frames of two images: 0 1 1 0 and 2 2 3 3.
        var classes = tensor(new long[] { 0, 2, 1, 2, 1, 3, 0, 3 }, [4, 2]);

        Perturbation.ShareOfFlips(classes, againstFirst: false).Should().BeApproximately((2 + 1) / 6.0, 1e-12);
        Perturbation.ShareOfFlips(classes, againstFirst: true).Should().BeApproximately((2 + 2) / 6.0, 1e-12);
    }

    [Fact]
    public void Translations_flip_a_class_that_hangs_on_one_column()
    {
        using var scope = NewDisposeScope();
        var images = zeros([1, 1, 28, 28]);
        images[0, 0, TensorIndex.Colon, 14] = 1;

        // A vertical line crosses a given column once in each direction that goes across, which is two flips of 8 steps.
        var translate = Perturbations.All.Single(one => one.Name == "translate");
        var flips = translate.FlipProbability(images, x => x.select(3, 14).mean([1, 2]).gt(0.5f).to(ScalarType.Int64), seed: 1);

        flips.Should().BeApproximately(3 * 2 / (4.0 * 8), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Frames_keep_shape_and_range_and_change(string name)
    {
        using var scope = NewDisposeScope();
        using var draw = new Generator(1);
        var images = rand([3, 3, 32, 32], generator: draw);
        var frames = new List<Tensor>();

        Perturbations.All.Single(one => one.Name == name).FlipProbability(images, Seen, seed: 1);

        frames.Should().OnlyContain(frame => frame.shape.SequenceEqual(images.shape));
        frames.Should().OnlyContain(frame => frame.min().item<float>() >= 0 && frame.max().item<float>() <= 1);
        frames.Zip(frames.Skip(1)).Should().OnlyContain(pair => !pair.First.IsExactly(pair.Second));

        Tensor Seen(Tensor x)
        {
            frames.Add(x.clone().DetachFromDisposeScope());
            scope.Attach(frames[^1]);
            return zeros(x.size(0), ScalarType.Int64);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_seed_gives_the_same_flips_and_one_class_gives_none(string name)
    {
        using var scope = NewDisposeScope();
        using var draw = new Generator(1);
        var images = rand([20, 1, 28, 28], generator: draw);
        var perturbation = Perturbations.All.Single(one => one.Name == name);

        perturbation.FlipProbability(images, x => zeros(x.size(0), ScalarType.Int64), seed: 1).Should().Be(0);
        var flips = perturbation.FlipProbability(images, BrightestRow, seed: 1);
        perturbation.FlipProbability(images, BrightestRow, seed: 1).Should().Be(flips);

        static Tensor BrightestRow(Tensor x) => x.mean([1, 3]).argmax(1);
    }
}

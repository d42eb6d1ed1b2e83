namespace LiftPool.Tests;

// The code of README.md, run: SnippetTests compares the two.
public class ReadmeSnippets
{
    [Fact]
    public void Max_pooling_before()
    {
        using var scope = NewDisposeScope();

        // DOCS: max pooling
        var model = nn.Sequential(
            ("conv1", nn.Conv2d(1, 32, 3, padding: 1)),
            ("relu1", nn.ReLU()),
            ("pool1", nn.MaxPool2d(2)),
            ("flatten", nn.Flatten()),
            ("head", nn.Linear(32 * 14 * 14, 10)));
        // DOCS end

        model.forward(rand(4, 1, 28, 28)).shape.Should().Equal(4, 10);
        model.Dispose();
    }

    [Fact]
    public void Instead_of_max_pooling()
    {
        using var scope = NewDisposeScope();

        // DOCS: instead of max pooling
        var model = nn.Sequential(
            ("conv1", nn.Conv2d(1, 32, 3, padding: 1)),
            ("relu1", nn.ReLU()),
            ("pool1", new LiftDownPool2d(channels: 32, reduction: BandReduction.LearnedMagnitude, dense_max: DenseMax.Ahead)),
            ("flatten", nn.Flatten()),
            ("head", nn.Linear(32 * 14 * 14, 10)));
        // DOCS end

        var y = model.forward(rand(4, 1, 28, 28));
        y.shape.Should().Equal(4, 10);
        y.sum().backward();
        model.parameters().Should().HaveCount(2 + 5 + 2).And.OnlyContain(weight => weight.HasUsefulGrad());
        model.Dispose();
    }

    [Fact]
    public void An_encoder_hands_its_bands_to_the_decoder()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var x = rand(2, 16, 33, 47);
        using var middle = nn.Conv2d(16, 16, 3, padding: 1);

        // DOCS: the pair
        var pool = new LiftDownPool2d(channels: 16);
        var up = new LiftUpPool2d(pool);

        var (y, bands) = pool.forward_with_bands(x);        // [N, 16, H, W] to [N, 16, H/2, W/2]
        var restored = up.forward(bands);                   // x again, odd sizes included
        var decoded = up.forward(middle.call(y), bands);    // features take the smooth copy's place
        // DOCS end

        y.shape.Should().Equal(2, 16, 16, 23);
        restored.ErrorTo(x).Should().BeLessThan(2e-6);
        decoded.shape.Should().Equal(2, 16, 33, 47);
        decoded.sum().backward();
        middle.weight.grad.Should().NotBeNull();
        up.Dispose();
        pool.Dispose();
    }
}

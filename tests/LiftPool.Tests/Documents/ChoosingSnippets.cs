namespace LiftPool.Tests;

// The code of docs/choosing.md, run: SnippetTests compares the two.
public class ChoosingSnippets
{
    [Fact]
    public void What_classifies_best()
    {
        using var scope = NewDisposeScope();

        // DOCS: what classifies best
        var pool = new LiftDownPool2d(channels: 32, reduction: BandReduction.LearnedMagnitude, dense_max: DenseMax.Ahead);
        // DOCS end

        pool.forward(rand(2, 32, 9, 8)).square().sum().backward();
        pool.parameters().Should().HaveCount(5).And.OnlyContain(weight => weight.HasUsefulGrad());
        pool.Dispose();
    }

    [Fact]
    public void A_spectrogram_network_that_pools_along_time_only()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);

        // DOCS: along time only
        var network = nn.Sequential(                                                    // [N, 1, 64 frequencies, T frames]
            ("conv1", nn.Conv2d(1, 16, 3, padding: 1)),
            ("relu1", nn.ReLU()),
            ("pool1", new LiftDownPool2d(channels: 16, axes: LiftAxes.Width)),          // [N, 16, 64, T/2]
            ("conv2", nn.Conv2d(16, 32, 3, padding: 1)),
            ("relu2", nn.ReLU()),
            ("pool2", new LiftDownPool2d(LiftingScheme.MaxLifting(), Bands2d.LL, axes: LiftAxes.Width)),   // MaxPool2d((1, 2))
            ("mean", nn.AdaptiveAvgPool2d([64, 1])),
            ("flatten", nn.Flatten()),
            ("head", nn.Linear(32 * 64, 10)));
        // DOCS end

        var spectrogram = rand(2, 1, 64, 101);
        network.forward(spectrogram).sum().backward();
        network.parameters().Should().HaveCount(2 + 4 + 2 + 2).And.OnlyContain(weight => weight.HasUsefulGrad());
        var layers = network.children().ToArray();
        var pooled = layers[..3].Aggregate(spectrogram, (x, layer) => ((Module<Tensor, Tensor>)layer).forward(x));
        pooled.shape.Should().Equal(2, 16, 64, 50);
        var features = ((Module<Tensor, Tensor>)layers[4]).forward(((Module<Tensor, Tensor>)layers[3]).forward(pooled));
        var maximum = nn.functional.max_pool2d(features, [1, 2]);
        ((Module<Tensor, Tensor>)layers[5]).forward(features).LargestErrorTo(maximum).Should().BeLessThan(1e-6);

        // What time each frequency lost comes back.
        using var up = new LiftUpPool2d((LiftDownPool2d)layers[2]);
        var bands = ((LiftDownPool2d)layers[2]).forward_with_bands(rand(2, 16, 64, 101)).bands;
        bands.Names.Should().Equal("L", "H");
        up.forward(bands).shape.Should().Equal(2, 16, 64, 101);
        network.Dispose();
    }
}

namespace LiftPool.Tests;

// The code of docs/coming-from-maxpool2d.md, run: SnippetTests compares the two.
public class FromMaxPool2dSnippets
{
    [Fact]
    public void The_swap()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var images = rand(4, 1, 28, 28);
        using var before = Before();
        using var after = After();

        before.forward(images).shape.Should().Equal(4, 10);
        after.forward(images).shape.Should().Equal(4, 10);
        after.forward(images).sum().backward();
        after.parameters().Should().OnlyContain(weight => weight.HasUsefulGrad());
    }

    [Theory]
    [InlineData(BandReduction.Sum, 12)]
    [InlineData(BandReduction.LearnedMagnitude, 12 + 4)]
    public void So_many_parameters_has_a_channel(BandReduction reduction, int count)
    {
        using var pool = new LiftDownPool2d(channels: 1, reduction: reduction);

        pool.parameters().Sum(parameter => parameter.numel()).Should().Be(count);
    }

    [Fact]
    public void The_sum_of_bands_may_be_negative_and_larger_than_any_input()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var pool = new LiftDownPool2d(channels: 16);
        var x = rand(4, 16, 32, 32).sub(0.5).relu();

        var y = pool.forward(x);

        y.min().item<float>().Should().BeNegative();
        y.max().item<float>().Should().BeGreaterThan(x.max().item<float>());
    }

    [Fact]
    public void A_file_of_a_network_with_max_pools_loads_without_strict()
    {
        using var scope = NewDisposeScope();
        using var trained = Before();
        using var network = After();
        var file = Path.GetTempFileName();
        try
        {
            trained.save(file);
            var strictly = () => network.load(file);
            strictly.Should().Throw<ArgumentException>();

            // DOCS: an old file
            network.load(file, strict: false);
            // DOCS end

            network.state_dict()["conv2.weight"].IsExactly(trained.state_dict()["conv2.weight"]).Should().BeTrue();
            network.state_dict()["head.bias"].IsExactly(trained.state_dict()["head.bias"]).Should().BeTrue();
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Indices_and_bands()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        var x = rand(2, 16, 32, 32);
        using var middle = nn.Conv2d(16, 16, 3, padding: 1);

        Unpooled(x, middle).shape.Should().Equal(x.shape);
        Lifted(x, middle).shape.Should().Equal(x.shape);
    }

    private static Module<Tensor, Tensor> Before()
    {
        // DOCS: two max pools
        var network = nn.Sequential(
            ("conv1", nn.Conv2d(1, 32, 3, padding: 1)),
            ("relu1", nn.ReLU()),
            ("pool1", nn.MaxPool2d(2)),
            ("conv2", nn.Conv2d(32, 64, 3, padding: 1)),
            ("relu2", nn.ReLU()),
            ("pool2", nn.MaxPool2d(2)),
            ("flatten", nn.Flatten()),
            ("head", nn.Linear(64 * 7 * 7, 10)));
        // DOCS end
        return network;
    }

    private static Module<Tensor, Tensor> After()
    {
        // DOCS: two lift pools
        var network = nn.Sequential(
            ("conv1", nn.Conv2d(1, 32, 3, padding: 1)),
            ("relu1", nn.ReLU()),
            ("pool1", new LiftDownPool2d(channels: 32, reduction: BandReduction.LearnedMagnitude, dense_max: DenseMax.Ahead)),
            ("conv2", nn.Conv2d(32, 64, 3, padding: 1)),
            ("relu2", nn.ReLU()),
            ("pool2", new LiftDownPool2d(channels: 64, reduction: BandReduction.LearnedMagnitude, dense_max: DenseMax.Ahead)),
            ("flatten", nn.Flatten()),
            ("head", nn.Linear(64 * 7 * 7, 10)));
        // DOCS end
        return network;
    }

    private static Tensor Unpooled(Tensor x, Module<Tensor, Tensor> middle)
    {
        using var max = nn.MaxPool2d(2);
        using var unpool = nn.MaxUnpool2d(2);

        // DOCS: indices
        var (y, indices) = max.forward_with_indices(x);
        var u = unpool.forward(middle.call(y), indices, x.shape);
        // DOCS end
        return u;
    }

    private static Tensor Lifted(Tensor x, Module<Tensor, Tensor> middle)
    {
        using var down = new LiftDownPool2d(channels: 16);
        using var up = new LiftUpPool2d(down);

        // DOCS: bands
        var (y, bands) = down.forward_with_bands(x);
        var u = up.forward(middle.call(y), bands);          // the bands know the size
        // DOCS end
        return u;
    }
}

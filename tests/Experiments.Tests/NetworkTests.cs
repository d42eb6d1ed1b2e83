namespace Experiments.Tests;

/// <summary>Every pool and every pair in its network: it trains, and begins with the weights that the others have.</summary>
public sealed class NetworkTests : IClassFixture<OneThread>
{
    public static TheoryData<string> Pools => [.. PoolChoices.All.Select(one => one.Name)];

    public static TheoryData<string> Pairs => [.. PairChoice.All.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Pools))]
    public void A_classifier_trains_with_the_pool(string name)
    {
        using var scope = NewDisposeScope();
        var choice = PoolChoices.All.Single(one => one.Name == name);
        random.manual_seed(1);
        using var network = new Vgg(1, 28, 10, choice);
        random.manual_seed(1);
        using var reference = new Vgg(1, 28, 10, PoolChoices.All[0]);

        var scores = network.forward(rand(2, 1, 28, 28));
        scores.logsumexp(1).sum().backward();

        scores.shape.Should().Equal(2, 10);
        network.parameters().Select(weight => weight.grad).Should().NotContainNulls();
        if (choice.Widening == 1)
        {
            BeginAlike(network, reference);
        }
    }

    [Fact]
    public void A_deeper_classifier_has_as_many_convolutions_in_each_stage()
    {
        using var scope = NewDisposeScope();
        using var network = new Vgg(3, 32, 10, PoolChoices.Named(PoolChoices.Max), depth: 2);

        network.named_parameters().Where(one => one.parameter.dim() == 4).Select(one => $"{one.name} {one.parameter.size(0)}")
            .Should().Equal(
                "body.conv1_1.weight 16", "body.conv1.weight 16", "body.conv2_1.weight 32", "body.conv2.weight 32",
                "body.conv3_1.weight 64", "body.conv3.weight 64", "body.conv4_1.weight 64", "body.conv4.weight 64");
        network.forward(rand(2, 3, 32, 32)).shape.Should().Equal(2, 10);
        network.ScaleBeforePools().Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_SegNet_and_a_RestoreNet_train_with_the_pair(string name)
    {
        using var scope = NewDisposeScope();
        var choice = PairChoice.All.Single(one => one.Name == name);
        foreach (var make in (Func<PairChoice, Module<Tensor, Tensor>>[])[pair => new SegNet(11, pair, 2), pair => new SegNet(11, pair, 3), pair => new RestoreNet(pair)])
        {
            random.manual_seed(1);
            using var network = make(choice);
            random.manual_seed(1);
            using var reference = make(PairChoice.All[0]);

            var output = network.forward(rand(2, 1, 16, 16));
            output.square().sum().backward();

            output.shape[2..].Should().Equal(16, 16);
            network.parameters().Select(weight => weight.grad).Should().NotContainNulls();
            BeginAlike(network, reference);
        }
    }

    [Fact]
    public void MaxUnpool_puts_each_feature_back_where_its_maximum_was()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 1, 2, 5, 0, 3, 0, 0, 0 }, [1, 1, 2, 4]);

        var (pooled, unpool) = new MaxPair().Pool(x);

        pooled.data<float>().ToArray().Should().Equal(3, 5);
        unpool(tensor(new float[] { 7, 8 }, [1, 1, 1, 2])).data<float>().ToArray().Should().Equal(0, 0, 8, 0, 7, 0, 0, 0);
    }

    // All that the reference has, which has no weights in its pools.
    private static void BeginAlike(Module network, Module reference)
    {
        var weights = network.state_dict();
        foreach (var (name, weight) in reference.state_dict().Where(one => one.Key.EndsWith("weight", StringComparison.Ordinal)))
        {
            weights[name].allclose(weight, rtol: 0, atol: 0).Should().BeTrue(name);
        }
    }
}

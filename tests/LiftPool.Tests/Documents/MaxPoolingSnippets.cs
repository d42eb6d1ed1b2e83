namespace LiftPool.Tests;

// The code of docs/max-pooling.md, run: SnippetTests compares the two.
public class MaxPoolingSnippets
{
    [Fact]
    public void Starts_that_a_trained_network_survives()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 16, 14, 10);

        // DOCS: starts
        var max = new LiftDownPool2d(LiftingScheme.MaxLifting(learnable: true, channels: 16), Bands2d.LL);      // MaxPool2d(2)
        var average = new LiftDownPool2d(LiftingScheme.Mean(learnable: true, channels: 16), Bands2d.LL);        // AvgPool2d(2)
        var dense = new LiftDownPool2d(channels: 16, reduction: BandReduction.LearnedMagnitude, dense_max: DenseMax.Ahead);
        // DOCS end

        max.forward(x).LargestErrorTo(nn.functional.max_pool2d(x, 2)).Should().BeLessThan(2e-6);
        average.forward(x).LargestErrorTo(nn.functional.avg_pool2d(x, 2)).Should().BeLessThan(2e-6);
        foreach (var pool in new[] { max, average, dense })
        {
            pool.forward(x).square().sum().backward();
            pool.parameters().Should().NotBeEmpty().And.OnlyContain(weight => weight.HasUsefulGrad());
            pool.Dispose();
        }
    }
}

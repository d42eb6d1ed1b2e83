using LiftPool.Calls;

namespace LiftPool.Tests;

// The code of docs/schemes.md, run: SnippetTests compares the two.
public class SchemesSnippets
{
    [Fact]
    public void Operators_of_ones_own()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        var x = rand(2, 16, 8, 8);

        // DOCS: own operators
        var predict = nn.Sequential(nn.Conv1d(16, 16, 3, padding: 1), nn.GELU(), nn.Conv1d(16, 16, 1));
        var update = nn.Conv1d(16, 16, 3, padding: 1);
        var pool = new LiftDownPool2d(new LiftingScheme(predict, update));
        // DOCS end

        using var up = new LiftUpPool2d(pool);
        var (y, bands) = pool.forward_with_bands(x);
        up.forward(bands).ErrorTo(x).Should().BeLessThan(1e-5, ConvolutionCanary.Verdict);
        y.square().sum().backward();
        pool.parameters().Should().HaveCount(6).And.OnlyContain(weight => weight.HasUsefulGrad());
        pool.Dispose();
    }

    [Fact]
    public void A_scheme_of_three_steps()
    {
        using var scope = NewDisposeScope();
        var x = rand(2, 16, 14, 9);

        // DOCS: three steps
        var scheme = new LiftingScheme(
        [
            LiftingStep.Predict(LiftingOperators.Learned(channels: 16)),                    // the paper's
            LiftingStep.Update(LiftingOperators.Learned(channels: 16, tanh: false)),
            LiftingStep.Predict(LiftingOperators.Filter([0.25, 0, -0.25], learnable: true, padding_mode: PaddingModes.Zeros)),
        ]);
        var pool = new LiftDownPool2d(scheme, reduction: BandReduction.LearnedMagnitude);
        // DOCS end

        using var papers = new LiftDownPool2d(channels: 16);
        papers.forward(x);
        var path = ComputePath.Last;

        using var up = new LiftUpPool2d(pool);
        var (y, bands) = pool.forward_with_bands(x);
        ComputePath.Last.Should().Be(path, "the kernels run every scheme of built-in operators");
        up.forward(bands).ErrorTo(x).Should().BeLessThan(1e-5);
        y.square().sum().backward();
        pool.parameters().Should().HaveCount(6).And.OnlyContain(weight => weight.HasUsefulGrad());
        pool.Dispose();
    }
}

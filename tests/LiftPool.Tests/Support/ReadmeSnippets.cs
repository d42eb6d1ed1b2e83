using LiftPool.Calls;

namespace LiftPool.Tests;

// The code of README.md, run. What stands between "// README: name" and "// README end" is a block there, letter for
// letter but for its indentation; ReadmeTests compares the two.
public class ReadmeSnippets
{
    [Fact]
    public void Max_pooling_before()
    {
        using var scope = NewDisposeScope();

        // README: max pooling
        var model = nn.Sequential(
            ("conv1", nn.Conv2d(1, 32, 3, padding: 1)),
            ("relu1", nn.ReLU()),
            ("pool1", nn.MaxPool2d(2)),
            ("flatten", nn.Flatten()),
            ("head", nn.Linear(32 * 14 * 14, 10)));
        // README end

        model.forward(rand(4, 1, 28, 28)).shape.Should().Equal(4, 10);
        model.Dispose();
    }

    [Fact]
    public void Instead_of_max_pooling()
    {
        using var scope = NewDisposeScope();

        // README: instead of max pooling
        var model = nn.Sequential(
            ("conv1", nn.Conv2d(1, 32, 3, padding: 1)),
            ("relu1", nn.ReLU()),
            ("pool1", new LiftDownPool2d(channels: 32)),
            ("flatten", nn.Flatten()),
            ("head", nn.Linear(32 * 14 * 14, 10)));
        // README end

        var y = model.forward(rand(4, 1, 28, 28));
        y.shape.Should().Equal(4, 10);
        y.sum().backward();
        model.parameters().Should().HaveCount(2 + 4 + 2).And.OnlyContain(weight => weight.HasUsefulGrad());
        model.Dispose();
    }

    [Fact]
    public void Exact_restoration()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var x = rand(2, 16, 33, 47);

        // README: exact restoration
        var pool = new LiftDownPool2d(channels: 16);
        var up = new LiftUpPool2d(pool);                    // pool's own operators, backwards

        var (y, bands) = pool.forward_with_bands(x);        // [N, 16, H, W] to [N, 16, H/2, W/2]
        var edges = bands["LH"];                            // horizontal edges; there are LL, HL and HH too
        var restored = up.forward(bands);                   // x again, odd sizes included
        // README end

        y.shape.Should().Equal(2, 16, 16, 23);
        edges.IsExactly(bands.LH).Should().BeTrue();
        restored.ErrorTo(x).Should().BeLessThan(2e-6);
        up.Dispose();
        pool.Dispose();
    }

    [Fact]
    public void An_encoder_and_its_decoder()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var model = new Segmenter();

        var y = model.forward(rand(2, 3, 25, 32));
        y.square().sum().backward();

        y.shape.Should().Equal(2, 1, 25, 32);
        model.parameters().Should().HaveCount(2 + 4 + 2 + 2, "the up-pool adds none").And.OnlyContain(weight => weight.HasUsefulGrad());
        model.state_dict().Keys.Should().NotContain(key => key.StartsWith("up", StringComparison.Ordinal));
    }

    [Fact]
    public void The_regularizer_in_a_training_step()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var model = nn.Sequential(
            ("conv", nn.Conv2d(1, 16, 3, padding: 1)), ("pool", new LiftDownPool2d(channels: 16)), ("flatten", nn.Flatten()), ("head", nn.Linear(16 * 4 * 4, 3)));
        using var optimizer = optim.Adam(model.parameters(), 1e-2);
        var (images, labels) = (rand(6, 1, 8, 8), tensor(new long[] { 0, 1, 2, 0, 1, 2 }));
        List<(float loss, float penalty)> history = [];

        for (var i = 0; i < 10; i++)
        {
            // README: the regularizer
            using var step = NewDisposeScope();
            using var penalty = new LiftRegularizer(lambda_u: 0.001, lambda_p: 0.01);
            var loss = nn.functional.cross_entropy(model.forward(images), labels) + penalty.loss();

            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            // README end

            history.Add((loss.item<float>(), penalty.loss().item<float>()));
        }

        history.Should().HaveCount(10).And.OnlyContain(entry => entry.penalty > 0 && entry.penalty < entry.loss);
        history[^1].loss.Should().BeLessThan(history[0].loss);
    }

    [Fact]
    public void Two_threads_in_one_regularizer()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        using var model = nn.Sequential(
            ("conv", nn.Conv2d(1, 16, 3, padding: 1)), ("pool", new LiftDownPool2d(channels: 16)), ("flatten", nn.Flatten()), ("head", nn.Linear(16 * 4 * 4, 3)));
        var (images, labels) = (rand(6, 1, 8, 8), tensor(new long[] { 0, 1, 2, 0, 1, 2 }));
        using var alone = new LiftRegularizer();
        var whole = nn.functional.cross_entropy(model.forward(images), labels) + alone.loss();
        whole.backward();
        var gradients = model.parameters().Select(weight => weight.grad!.clone()).ToArray();
        model.zero_grad();

        // README: two threads in one regularizer
        using var penalty = new LiftRegularizer();
        var (inputs, answers, losses) = (images.chunk(2), labels.chunk(2), new Tensor[2]);
        Parallel.For(0, 2, i => losses[i] = nn.functional.cross_entropy(model.forward(inputs[i]), answers[i]));
        var loss = (losses[0] + losses[1] + penalty.loss()) / 2;        // each half's penalties are means, as its loss is
        // README end

        penalty.Shares.Should().HaveCount(2);
        alone.Shares.Should().ContainSingle();
        loss.ErrorTo(whole).Should().BeLessThan(1e-6);
        loss.backward();
        model.parameters().Zip(gradients).Should().OnlyContain(pair => pair.First.grad!.ErrorTo(pair.Second) < 1e-6);
    }

    [Fact]
    public void Operators_of_ones_own()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        var x = rand(2, 16, 8, 8);

        // README: own operators
        var predict = nn.Sequential(nn.Conv1d(16, 16, 3, padding: 1), nn.GELU(), nn.Conv1d(16, 16, 1));
        var update = nn.Conv1d(16, 16, 3, padding: 1);
        var pool = new LiftDownPool2d(new LiftingScheme(predict, update));
        // README end

        using var up = new LiftUpPool2d(pool);
        var (y, bands) = pool.forward_with_bands(x);
        up.forward(bands).ErrorTo(x).Should().BeLessThan(1e-5, ConvolutionCanary.Verdict);
        y.square().sum().backward();
        pool.parameters().Should().HaveCount(6).And.OnlyContain(weight => weight.HasUsefulGrad());
        pool.Dispose();
    }

    [Fact]
    public void Wavelets()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var image = randint(0, 256, [1, 3, 45, 62]).to(ScalarType.Float32);

        // README: wavelets
        var pooling = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Haar), Bands2d.LL);
        var learned = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf97, learnable: true, channels: 16));

        var reversible = LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true);      // JPEG 2000's
        var pyramid = new LiftPyramid(new LiftDownPool2d(reversible), 4);
        var levels = pyramid.forward(image);                                        // integers in, integers out
        var same = pyramid.unlift(levels);                                          // bit for bit
        // README end

        // Haar's smooth copy is the mean of four, times two.
        pooling.forward(image).ErrorTo(nn.functional.avg_pool2d(image, 2).mul(2)).Should().BeLessThan(1e-6);
        learned.forward(rand(1, 16, 8, 8)).sum().backward();
        learned.parameters().Should().HaveCount(4).And.OnlyContain(weight => weight.HasUsefulGrad());
        levels.Levels.Should().HaveCount(4);
        same.IsExactly(image).Should().BeTrue();
        pooling.Dispose();
        learned.Dispose();
        pyramid.Dispose();
    }

    [Fact]
    public void A_scheme_of_three_steps()
    {
        using var scope = NewDisposeScope();
        var x = rand(2, 16, 14, 9);

        // README: three steps
        var scheme = new LiftingScheme(
        [
            LiftingStep.Predict(LiftingOperators.Learned(channels: 16)),                    // the paper's
            LiftingStep.Update(LiftingOperators.Learned(channels: 16, tanh: false)),
            LiftingStep.Predict(LiftingOperators.Filter([0.25, 0, -0.25], learnable: true, padding_mode: PaddingModes.Zeros)),
        ]);
        var pool = new LiftDownPool2d(scheme, reduction: BandReduction.LearnedMagnitude);
        // README end

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

    [Fact]
    public void Starts_that_a_trained_network_survives()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 16, 14, 10);

        // README: starts
        var max = new LiftDownPool2d(LiftingScheme.MaxLifting(learnable: true, channels: 16), Bands2d.LL);      // MaxPool2d(2)
        var average = new LiftDownPool2d(LiftingScheme.Mean(learnable: true, channels: 16), Bands2d.LL);        // AvgPool2d(2)
        var dense = new LiftDownPool2d(channels: 16, reduction: BandReduction.LearnedMagnitude, dense_max: DenseMax.Ahead);
        // README end

        max.forward(x).LargestErrorTo(nn.functional.max_pool2d(x, 2)).Should().BeLessThan(2e-6);
        average.forward(x).LargestErrorTo(nn.functional.avg_pool2d(x, 2)).Should().BeLessThan(2e-6);
        foreach (var pool in new[] { max, average, dense })
        {
            pool.forward(x).square().sum().backward();
            pool.parameters().Should().NotBeEmpty().And.OnlyContain(weight => weight.HasUsefulGrad());
            pool.Dispose();
        }
    }

    [Fact]
    public void A_spectrogram_network_that_pools_along_time_only()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);

        // README: along time only
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
        // README end

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

    [Fact]
    public void Bands_are_data()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        var photo = GreyPng.Read("camera.png").narrow(2, 0, 301).narrow(3, 60, 403);
        var noisy = photo.add(randn_like(photo).mul(0.08));

        // README: bands are data
        var pool = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf97));
        var up = new LiftUpPool2d(pool);
        var (_, bands) = pool.forward_with_bands(noisy);            // a photograph, [1, 1, H, W]

        var shrunk = bands.Map((name, band) => name == "LL" ? band : nn.functional.softshrink(band, 0.1));
        var denoised = up.forward(shrunk);                          // what is small in a detail is mostly noise

        var flat = up.forward(bands.With("HH", zeros_like(bands.HH)));                         // no diagonals
        var same = new LiftBands(bands.ToDictionary(), bands.InputShape, bands.Cropped);    // from any tensors
        var nothing = up.forward(bands.Map(tensor => zeros_like(tensor)));                  // zeros, at odd sizes too
        // README end

        double ErrorOf(Tensor x) => x.sub(photo).square().mean().item<float>();
        ErrorOf(denoised).Should().BeLessThan(0.5 * ErrorOf(noisy));
        denoised.shape.Should().Equal(photo.shape);
        pool.forward_with_bands(flat).bands.HH.LargestMagnitude().Should().BeLessThan(1e-5);
        up.forward(same).ErrorTo(noisy).Should().BeLessThan(2e-6);
        nothing.LargestMagnitude().Should().Be(0);
        up.Dispose();
        pool.Dispose();
    }
}

// README: encoder and decoder
public sealed class Segmenter : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> encoder = nn.Conv2d(3, 16, 3, padding: 1);
    private readonly LiftDownPool2d down = new(channels: 16);
    private readonly nn.Module<Tensor, Tensor> middle = nn.Conv2d(16, 16, 3, padding: 1);
    private readonly LiftUpPool2d up;
    private readonly nn.Module<Tensor, Tensor> decoder = nn.Conv2d(16, 1, 3, padding: 1);

    public Segmenter() : base("Segmenter")
    {
        up = new LiftUpPool2d(down);    // shares down's operators: no weights of its own
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (y, bands) = down.forward_with_bands(encoder.call(x).relu());
        var features = middle.call(y).relu();
        return decoder.call(up.forward(features, bands)).MoveToOuterDisposeScope();
    }
}
// README end

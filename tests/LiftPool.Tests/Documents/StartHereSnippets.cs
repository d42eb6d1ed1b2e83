using System.Globalization;

namespace LiftPool.Tests;

// The code of docs/start-here.md, run: SnippetTests compares the two.
public class StartHereSnippets
{
    [Fact]
    public void A_first_trained_step()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var written = new StringWriter(CultureInfo.InvariantCulture);
        var console = new Output(written);

        FirstProgram(console);

        var lines = written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        float[] losses = [.. lines.Select(line => float.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture))];
        losses.Should().HaveCount(10);
        losses[^1].Should().BeLessThan(losses[0]);
    }

    private static void FirstProgram(Output Console)
    {
        // DOCS: a first program
        var model = nn.Sequential(
            ("conv", nn.Conv2d(1, 16, 3, padding: 1)),
            ("relu", nn.ReLU()),
            ("pool", new LiftDownPool2d(channels: 16)),         // 28 x 28 becomes 14 x 14
            ("flatten", nn.Flatten()),
            ("head", nn.Linear(16 * 14 * 14, 10)));
        var optimizer = optim.Adam(model.parameters(), lr: 1e-4);

        var images = rand(64, 1, 28, 28);                       // your images,
        var labels = randint(10, 64);                           // and what is on them
        for (var i = 1; i <= 10; i++)
        {
            using var step = NewDisposeScope();                 // what the step made is freed at its end
            optimizer.zero_grad();
            var loss = nn.functional.cross_entropy(model.call(images), labels);
            loss.backward();
            optimizer.step();
            Console.WriteLine($"step {i}: loss {loss.item<float>():F3}");
        }
        // DOCS end

        optimizer.Dispose();
        model.Dispose();
    }

    [Fact]
    public void A_split_by_hand()
    {
        using var scope = NewDisposeScope();

        // DOCS: a split by hand
        var predict = LiftingOperators.Filter([1]);
        var update = LiftingOperators.Filter([0.5]);
        var pool = new LiftDownPool1d(new LiftingScheme([LiftingStep.Predict(predict), LiftingStep.Update(update)]));

        var x = tensor(new float[] { 4, 6, 10, 8 }).view(1, 1, 4);
        var (y, bands) = pool.forward_with_bands(x);            // y = s + d = 3, 11
        var (s, d) = (bands["L"], bands["H"]);                  // 5, 9 and -2, 2
        var restored = new LiftUpPool1d(pool).forward(bands);   // 4, 6, 10, 8
        // DOCS end

        Text(y).Should().Be("3, 11");
        Text(s).Should().Be("5, 9");
        Text(d).Should().Be("-2, 2");
        Text(restored).Should().Be("4, 6, 10, 8");

        // The lines worked by hand.
        var page = Pages.Text("docs/start-here.md");
        page.Should().Contain($"\n    x = {Text(x)}\n").And.Contain($"\n    d = xo - P(xe) = 4 - 6, 10 - 8 = {Text(d)}\n");
        page.Should().Contain($"\n    s = xe + U(d) = 6 - 1, 8 + 1 = {Text(s)}\n");

        pool.Dispose();

        static string Text(Tensor values) => string.Join(", ", values.data<float>());
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
    public void Bands_are_data()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        var photo = GreyPng.Read("camera.png").narrow(2, 0, 301).narrow(3, 60, 403);
        var noisy = photo.add(randn_like(photo).mul(0.08));

        // DOCS: bands are data
        var pool = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf97), ceil_mode: true);
        var up = new LiftUpPool2d(pool);
        var (_, bands) = pool.forward_with_bands(noisy);            // a photograph, [1, 1, H, W]

        var shrunk = bands.Map((name, band) => name == "LL" ? band : nn.functional.softshrink(band, 0.1));
        var denoised = up.forward(shrunk);                          // what is small in a detail is mostly noise

        var flat = up.forward(bands.With("HH", zeros_like(bands.HH)));                         // no diagonals
        var same = new LiftBands(bands.ToDictionary(), bands.InputShape, bands.Cropped);    // from any tensors
        var nothing = up.forward(bands.Map(tensor => zeros_like(tensor)));                  // zeros, at odd sizes too
        // DOCS end

        double ErrorOf(Tensor x) => x.sub(photo).square().mean().item<float>();
        ErrorOf(denoised).Should().BeLessThan(0.5 * ErrorOf(noisy));
        denoised.shape.Should().Equal(photo.shape);
        // Except at the end of an odd axis, whose last sample was repeated before and is another now.
        pool.forward_with_bands(flat).bands.HH[0, 0, ..^4, ..^4].LargestMagnitude().Should().BeLessThan(1e-5);
        up.forward(same).ErrorTo(noisy).Should().BeLessThan(2e-6);
        nothing.LargestMagnitude().Should().Be(0);
        up.Dispose();
        pool.Dispose();
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
            // DOCS: the regularizer
            using var step = NewDisposeScope();
            using var penalty = new LiftRegularizer(lambda_u: 0.001, lambda_p: 0.01);
            var loss = nn.functional.cross_entropy(model.call(images), labels) + penalty.loss();

            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            // DOCS end

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

        // DOCS: two threads in one regularizer
        using var penalty = new LiftRegularizer();
        var (inputs, answers, losses) = (images.chunk(2), labels.chunk(2), new Tensor[2]);
        Parallel.For(0, 2, i =>
        {
            using var scope = NewDisposeScope();        // scopes belong to a thread
            losses[i] = nn.functional.cross_entropy(model.call(inputs[i]), answers[i]).DetachFromDisposeScope();
        });
        var loss = (losses[0] + losses[1] + penalty.loss()) / 2;        // each half's penalties are means, as its loss is
        // DOCS end

        penalty.Shares.Should().HaveCount(2);
        alone.Shares.Should().ContainSingle();
        loss.ErrorTo(whole).Should().BeLessThan(1e-6);
        loss.backward();
        model.parameters().Zip(gradients).Should().OnlyContain(pair => pair.First.grad!.ErrorTo(pair.Second) < 1e-6);
    }

    // Stands for System.Console, which other tests write to.
    private sealed class Output(TextWriter writer)
    {
        public void WriteLine(FormattableString line) => writer.WriteLine(line.ToString(CultureInfo.InvariantCulture));
    }
}

// DOCS: encoder and decoder
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
        var (y, bands) = down.call_with_bands(encoder.call(x).relu());
        var features = middle.call(y).relu();
        return decoder.call(up.call(features, bands)).MoveToOuterDisposeScope();
    }
}
// DOCS end

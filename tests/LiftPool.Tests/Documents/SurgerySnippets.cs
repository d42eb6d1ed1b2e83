namespace LiftPool.Tests;

// The code of docs/surgery.md, run: SnippetTests compares the two.
public class SurgerySnippets
{
    [Fact]
    public void A_model_of_TorchVision()
    {
        using var scope = NewDisposeScope();
        var example = randn(1, 3, 64, 64);
        var file = Path.GetTempFileName();
        try
        {
            using (var trained = torchvision.models.resnet18())
            {
                trained.save(file);
            }

            // DOCS: one line
            var model = torchvision.models.resnet18(weights_file: file);
            Console.WriteLine(LiftSurgery.ReplaceMaxPools(model, example));     // example: [1, 3, 224, 224]
            var optimizer = optim.Adam(model.parameters(), lr: 3e-4);           // afterwards: an optimizer from before does not know the lifts
            // DOCS end

            model.state_dict().Keys.Should().Contain("maxpool.scheme.predict.weight");
            optimizer.Dispose();
            model.Dispose();
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Options()
    {
        using var scope = NewDisposeScope();
        using var model = new OfTwoInputs();
        var (image, mask) = (rand(1, 16, 16, 16), rand(1, 16, 16, 16));
        Tensor example = image;

        // DOCS: options
        LiftSurgery.ReplaceMaxPools(model, example, new LiftSurgeryOptions
        {
            Where = (name, module) => name != "maxpool",    // which modules
            Start = site => new LiftDownPool2d(site.Channels!.Value, ceil_mode: site.CeilMode, dense_max: site.DenseMax),
            AveragePools = true,                            // with the mean
            StridedConvolutions = true,                     // the outputs stay; a convolution costs 2 times as much for each axis
            Strict = true,                                  // throws, and changes nothing, unless all can be replaced
        });
        LiftSurgery.ReplaceMaxPools(model, () => model.call(image, mask));      // a model of several inputs
        // DOCS end

        model.named_children().Single(child => child.name == "pool").module.Should().BeOfType<LiftDownPool2d>();
    }

    // With one input it is a model of one.
    private sealed class OfTwoInputs : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> pool = MaxPool2d(2);
        private readonly Module<Tensor, Tensor> maxpool = MaxPool2d(2);

        public OfTwoInputs()
            : base(nameof(OfTwoInputs)) => RegisterComponents();

        public override Tensor forward(Tensor image) => maxpool.call(pool.call(image));

        public Tensor call(Tensor image, Tensor mask) => call(image * mask);
    }
}

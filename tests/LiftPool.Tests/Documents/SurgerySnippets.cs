namespace LiftPool.Tests;

// The code of docs/surgery.md, run: SnippetTests compares the two.
public class SurgerySnippets
{
    [Fact]
    public void A_trained_network_saved_and_loaded()
    {
        using var scope = NewDisposeScope();
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var file = Path.Combine(folder, "resnet18.dat");
            var saved = Path.Combine(folder, "lifted.dat");
            torchvision.models.resnet18().save(file);
            var example = randn(1, 3, 64, 64);

            // DOCS: surgery
            var model = torchvision.models.resnet18(weights_file: file, skipfc: false);
            Console.WriteLine(LiftSurgery.ReplaceMaxPools(model, example));     // example: [1, 3, 224, 224]
            var optimizer = optim.Adam(model.parameters(), lr: 3e-4);           // afterwards: one from before does not know the lifts
            // DOCS end

            model.train();
            model.call(randn(2, 3, 64, 64)).square().sum().backward();
            optimizer.step();

            // DOCS: surgery, saved and loaded
            model.save(saved);

            var again = torchvision.models.resnet18();
            LiftSurgery.ReplaceMaxPools(again, example);
            again.load(saved);
            // DOCS end

            model.eval();
            again.eval();
            again.call(example).IsExactly(model.call(example)).Should().BeTrue();
            again.state_dict()["maxpool.scheme.update.factor"].IsExactly(ones(64, 1, 1)).Should().BeFalse("it was trained");

            // The other order: the checkpoint of the network as it was knows no lifts.
            FluentActions.Invoking(() => again.load(file)).Should().Throw<Exception>();
            using var plain = torchvision.models.resnet18();
            LiftSurgery.ReplaceMaxPools(plain, example);
            plain.load(file, strict: false);
            plain.eval();
            var original = torchvision.models.resnet18(weights_file: file, skipfc: false);
            original.eval();
            plain.call(example).ErrorTo(original.call(example)).Should().BeLessThan(1e-5);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Options()
    {
        using var scope = NewDisposeScope();

        // DOCS: surgery, options
        var options = new LiftSurgeryOptions
        {
            Where = (name, pool) => name != "maxpool",      // which pools
            AveragePools = true,                            // the mean in the place of average pools of 2
            StridedConvolutions = true,                     // the outputs stay; a convolution costs 2 times as much for each axis
            Learnable = false,                              // the lifts' weights are buffers, which no optimizer changes
            Strict = true,                                  // throws, and changes nothing, unless all that halves can be replaced
        };
        // DOCS end

        var model = Sequential(
            ("maxpool", MaxPool2d(2)), ("conv", Conv2d(4, 16, 2, stride: 2)), ("mean", AvgPool2d(2)), ("max", MaxPool2d(2)));
        LiftSurgery.ReplaceMaxPools(model, rand(1, 4, 32, 32), options).Replaced.Should().Be(3);
        model.parameters().Should().HaveCount(2);

        var (image, mask) = (rand(1, 4, 8, 8), rand(1, 4, 8, 8));
        var network = new Masked();

        // DOCS: surgery, several inputs
        LiftSurgery.ReplaceMaxPools(network, () => network.call(image, mask));
        // DOCS end

        network.modules().Should().ContainItemsAssignableTo<LiftDownPool2d>();
    }

    // What comes to a place in this many dimensions, of this type.
    public static TheoryData<int, ScalarType> Places
    {
        get
        {
            var places = new TheoryData<int, ScalarType>();
            foreach (var dtype in (ScalarType[])[ScalarType.Float64, ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16])
            {
                places.Add(1, dtype);
                places.Add(2, dtype);
                places.Add(3, dtype);
            }

            return places;
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void What_it_starts_from(int axes, ScalarType dtype)
    {
        using var scope = NewDisposeScope();

        // DOCS: surgery, five taps
        var fiveTaps = new LiftSurgeryOptions
        {
            Start = site => site.NewPool(LiftingScheme.MaxLifting(
                learnable: true, site.Channels, kernel_size: 5, device: site.Device, dtype: site.Dtype)),
        };
        // DOCS end

        // DOCS: surgery, another layer
        var learned = new LiftSurgeryOptions
        {
            Start = site => site is { Dimensions: 2, Channels: { } channels }
                ? new LiftDownPool2d(
                    channels, reduction: BandReduction.LearnedMagnitude, ceil_mode: site.CeilMode, dense_max: site.DenseMax, axes: site.Axes,
                    device: site.Device, dtype: site.Dtype)
                : null,
        };
        // DOCS end

        // Each window, some axes, one number of channels, two, and items without any.
        var x = rand([2, 3, .. Enumerable.Repeat(33L, axes)]).to(dtype);
        foreach (var pools in Pools(axes))
        {
            foreach (var inputs in (Tensor[][])[[x], [x, cat([x, x], 1)], [x[0]]])
            {
                using var one = NewDisposeScope();
                var (sames, others) = (Sequential(pools()), Sequential(pools()));
                var wanted = Array.ConvertAll(inputs, sames.call);
                var report = LiftSurgery.ReplaceMaxPools(sames, () => Array.ForEach(inputs, input => sames.call(input)), fiveTaps);

                report.Rows.Should().OnlyContain(row => row.Outcome == LiftSurgeryOutcome.Replaced, $"{report}");
                foreach (var (input, output) in inputs.Zip(wanted))
                {
                    sames.call(input).LargestErrorTo(output).Should().BeLessThanOrEqualTo(8 * axes * finfo(dtype).eps);
                }

                var layers = LiftSurgery.ReplaceMaxPools(others, () => Array.ForEach(inputs, input => others.call(input)), learned);
                var fits = axes == 2 && inputs.Length == 1 && inputs[0].dim() == 4;
                var became = fits ? LiftSurgeryOutcome.Replaced : LiftSurgeryOutcome.Kept;
                layers.Rows.Should().OnlyContain(row => row.Outcome == became, $"{layers}");
                others.call(x).shape.Should().Equal(sames.call(x).shape);
            }
        }
    }

    private static IEnumerable<Func<Module<Tensor, Tensor>[]>> Pools(int axes) => axes switch
    {
        1 => [() => [MaxPool1d(2), MaxPool1d(3, 2, 1), MaxPool1d(3, 2, ceil_mode: true)]],
        2 => [() => [MaxPool2d(2, ceil_mode: true), MaxPool2d(3, 2, 1), MaxPool2d((1, 2))]],
        _ => [() => [MaxPool3d(2), MaxPool3d([1, 3, 3], [1, 2, 2], [0, 1, 1])]],
    };

    private sealed class Masked : Module<Tensor, Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> pool = MaxPool2d(2);

        public Masked()
            : base(nameof(Masked)) => RegisterComponents();

        public override Tensor forward(Tensor image, Tensor mask) => pool.call(image * mask);
    }
}

using TorchSharp.Modules;
using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>TorchVision's models and a U-Net: what is replaced, and that the outputs stay. The tables go to the test's output.</summary>
public sealed class SurgeryOfModelsTests(ITestOutputHelper output)
{
    public static TheoryData<string, int, int, int> Models => new()
    {
        // Side of the image, halving max pools, and those that are calls.
        { "resnet18", 65, 1, 0 },
        { "vgg11_bn", 64, 5, 0 },
        { "alexnet", 95, 3, 0 },
        { "googlenet", 97, 4, 0 },
        { "inception_v3", 107, 2, 2 },
        { "U-Net", 64, 3, 0 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Their_outputs_stay(string name, int side, int replaced, int calls)
    {
        using var scope = NewDisposeScope();
        using Module<Tensor, Tensor> model = New(name);
        var x = randn(1, 3, side, side);
        model.eval();
        using var noGrad = no_grad();
        var wanted = model.call(x);
        var keys = model.state_dict().Keys.ToArray();
        model.train();

        // A call may halve, and cannot be replaced.
        if (calls > 0)
        {
            FluentActions.Invoking(() => LiftSurgery.ReplaceMaxPools(model, x, new() { Strict = true }))
                .Should().Throw<InvalidOperationException>().WithMessage("LiftSurgery: not everything can be replaced*");
        }

        var report = LiftSurgery.ReplaceMaxPools(model, x, new() { Strict = calls == 0 });
        output.WriteLine($"{name}\n{report}");

        report.Replaced.Should().Be(replaced);
        report.Rows.Count(row => row.Outcome == LiftSurgeryOutcome.NotKnown).Should().Be(calls);
        report.Difference.Should().BeLessThan(1e-6);
        model.training.Should().BeTrue();
        model.state_dict().Keys.Where(key => !key.Contains(".scheme.")).Should().Equal(keys);
        model.eval();
        var error = model.call(x).ErrorTo(wanted);
        output.WriteLine(FormattableString.Invariant($"outputs differ by {error:0.0e+0} of the largest\n"));
        error.Should().BeLessThan(1e-5);
    }

    [Fact]
    public void The_document_has_the_table_as_it_is_printed()
    {
        using var scope = NewDisposeScope();
        var lines = Pages.Text("docs/surgery.md").Split('\n');

        var printed = LiftSurgery.ReplaceMaxPools(New("resnet18"), randn(1, 3, 64, 64)).ToString().Split('\n');
        lines.Should().ContainInConsecutiveOrder(printed[..2]);
    }

    private static Module<Tensor, Tensor> New(string name) => name switch
    {
        "resnet18" => torchvision.models.resnet18(num_classes: 10),
        "vgg11_bn" => torchvision.models.vgg11_bn(num_classes: 10),
        "alexnet" => torchvision.models.alexnet(num_classes: 10),
        "googlenet" => torchvision.models.googlenet(num_classes: 10),
        "inception_v3" => torchvision.models.inception_v3(num_classes: 10),
        _ => new UNet(),
    };

    /// <summary>A U-Net of three levels, with a pool of another window on each; each level's features cross over.</summary>
    private sealed class UNet : Module<Tensor, Tensor>
    {
        private readonly ModuleList<Module<Tensor, Tensor>> down;
        private readonly ModuleList<Module<Tensor, Tensor>> up;
        private readonly ModuleDict<Module<Tensor, Tensor>> pools;
        private readonly Module<Tensor, Tensor> head = Conv2d(16, 1, 1);

        public UNet()
            : base(nameof(UNet))
        {
            down = ModuleList(Block(3, 16), Block(16, 32), Block(32, 64), Block(64, 64));
            up = ModuleList(Block(128, 32), Block(64, 16), Block(32, 16));
            pools = ModuleDict(
                ("one", (Module<Tensor, Tensor>)MaxPool2d(2)),
                ("two", MaxPool2d(3, stride: 2, padding: 1)),
                ("three", MaxPool2d(2, ceil_mode: true)));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var crossing = new Stack<Tensor>();
            var x = down[0].call(input);
            for (var level = 0; level < 3; level++)
            {
                crossing.Push(x);
                x = down[level + 1].call(pools[level].Item2.call(x));
            }

            foreach (var block in up)
            {
                x = block.call(cat([functional.interpolate(x, scale_factor: [2, 2]), crossing.Pop()], 1));
            }

            return head.call(x).MoveToOuterDisposeScope();
        }

        private static Module<Tensor, Tensor> Block(int input, int output)
            => Sequential(Conv2d(input, output, 3, padding: 1), BatchNorm2d(output), ReLU(true));
    }
}

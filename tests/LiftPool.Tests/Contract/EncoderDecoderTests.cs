namespace LiftPool.Tests;

/// <summary>Two down-pools, two up-pools, and what lies between: such a network trains, through every operator.</summary>
public class EncoderDecoderTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_trains_and_a_gradient_reaches_every_operator(bool tied)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var network = new Segmenter(tied);
        var (x, target) = Disks();

        using var optimizer = optim.Adam(network.parameters(), 1e-2);
        List<double> losses = [];
        for (var step = 0; step < 40; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            var loss = functional.binary_cross_entropy_with_logits(network.forward(x), target);
            loss.backward();
            if (step == 0)
            {
                network.Operators.Should().HaveCount(tied ? 8 : 16);
                network.Operators.Where(p => !p.parameter.HasUsefulGrad()).Select(p => p.name).Should().BeEmpty();
            }

            optimizer.step();
            losses.Add(loss.item<float>());
        }

        losses[^1].Should().BeLessThan(losses[0] / 5, because: ConvolutionCanary.Verdict);
        network.parameters().Should().OnlyContain(p => p.isfinite().all().item<bool>());
    }

    [Fact]
    public void Training_the_round_trip_of_tied_pools_moves_nothing()
    {
        // up(down(x)) is x whatever the weights are, so that no loss of it has a gradient for them.
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = new LiftDownPool2d(channels: 4, dtype: ScalarType.Float64);
        using var up = new LiftUpPool2d(pool);
        var x = randn([2, 4, 6, 6], ScalarType.Float64, requires_grad: true);

        var (_, bands) = pool.forward_with_bands(x);
        up.forward(bands).pow(3).sum().backward();

        pool.parameters().Should().OnlyContain(weight => weight.grad!.LargestMagnitude() < 1e-12);
        x.grad!.ErrorTo(x.square().mul(3)).Should().BeLessThan(1e-13);
    }

    [Theory]
    [InlineData("predict")]
    [InlineData("update")]
    [InlineData("predict update")]
    public void Frozen_operators_get_no_gradient_and_stop_none(string frozen)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var network = new Segmenter(tied: true);
        foreach (var (name, parameter) in network.Operators)
        {
            parameter.requires_grad = !frozen.Split(' ').Any(place => name.Contains($".{place}.", StringComparison.Ordinal));
        }

        var (x, target) = Disks();
        x.requires_grad = true;
        functional.binary_cross_entropy_with_logits(network.forward(x), target).backward();

        network.Operators.Where(p => !p.parameter.requires_grad).Should().HaveCount(4 * frozen.Split(' ').Length).And.OnlyContain(p => ReferenceEquals(p.parameter.grad, null));
        network.named_parameters().Where(p => p.parameter.requires_grad && !p.parameter.HasUsefulGrad()).Select(p => p.name).Should().BeEmpty();
        x.HasUsefulGrad().Should().BeTrue();
    }

    // Bright disks on a dark noisy ground, and where they are: what a small network learns in a few steps.
    private static (Tensor x, Tensor target) Disks()
    {
        var row = arange(20, dtype: ScalarType.Float32).view(1, 1, 20, 1);
        var column = arange(18, dtype: ScalarType.Float32).view(1, 1, 1, 18);
        var middle = tensor(new float[] { 6, 8, 10, 13 }).view(4, 1, 1, 1);
        var inside = row.sub(middle).square().add(column.sub(middle).square()).lt(20).to(ScalarType.Float32);
        return (inside.add(randn(4, 3, 20, 18).mul(0.3)).contiguous(), inside);
    }

    private sealed class Segmenter : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> first = nn.Conv2d(3, 16, 3, padding: 1);
        private readonly LiftDownPool2d down1 = new(channels: 16);
        private readonly Module<Tensor, Tensor> second = nn.Conv2d(16, 32, 3, padding: 1);
        private readonly LiftDownPool2d down2 = new(channels: 32);
        private readonly Module<Tensor, Tensor> middle = nn.Conv2d(32, 32, 3, padding: 1);
        private readonly LiftUpPool2d up2;
        private readonly Module<Tensor, Tensor> third = nn.Conv2d(32, 16, 3, padding: 1);
        private readonly LiftUpPool2d up1;
        private readonly Module<Tensor, Tensor> head = nn.Conv2d(16, 1, 1);

        internal Segmenter(bool tied)
            : base(nameof(Segmenter))
        {
            up2 = tied ? new LiftUpPool2d(down2) : new LiftUpPool2d(channels: 32);
            up1 = tied ? new LiftUpPool2d(down1) : new LiftUpPool2d(channels: 16);
            RegisterComponents();
        }

        internal (string name, TorchSharp.Modules.Parameter parameter)[] Operators
            => [.. named_parameters().Where(p => p.name.Contains(".scheme.", StringComparison.Ordinal))];

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var (y1, bands1) = down1.forward_with_bands(first.call(x).relu());
            var (y2, bands2) = down2.forward_with_bands(second.call(y1).relu());
            var features = third.call(up2.forward(middle.call(y2).relu(), bands2)).relu();
            return head.call(up1.forward(features, bands1)).MoveToOuterDisposeScope();
        }
    }
}

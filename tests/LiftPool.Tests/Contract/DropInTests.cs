namespace LiftPool.Tests;

/// <summary>A down-pool where a max pool stood: in a Sequential, in a module of one's own, moved, saved for later.</summary>
public class DropInTests
{
    public static TheoryData<int> Dimensions => [1, 2, 3];

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void In_a_Sequential_it_gives_the_shapes_that_MaxPool_gives_and_trains(int axes)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var lifted = Network(axes, AnyPool.Down(axes, channels: 16));
        using var reference = Network(axes, AnyPool.Max(axes));
        var x = rand([2, 3, .. Enumerable.Repeat(9L, axes)], requires_grad: true);

        var y = lifted.forward(x);
        y.shape.Should().Equal(reference.forward(x).shape);
        y.square().sum().backward();

        x.HasUsefulGrad().Should().BeTrue();
        lifted.named_parameters().Where(p => !p.parameter.HasUsefulGrad()).Select(p => p.name).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void A_disposed_Sequential_takes_the_pool_with_it(int axes)
    {
        using var scope = NewDisposeScope();
        var pool = AnyPool.Down(axes, channels: 16);
        var network = Network(axes, pool);
        var weights = pool.parameters().ToArray();

        network.Dispose();

        weights.Should().HaveCount(4).And.OnlyContain(weight => weight.IsInvalid);
        var forward = () => pool.forward(zeros([1, 16, .. Enumerable.Repeat(4L, axes)]));
        forward.Should().Throw<ObjectDisposedException>().Which.ObjectName.Should().Be($"LiftDownPool{axes}d");
    }

    [Fact]
    public void In_a_module_of_ones_own_RegisterComponents_finds_it()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var network = new Classifier();

        network.parameters().Should().HaveCount(2 + 4 + 2);
        network.named_parameters().Select(p => p.name).Where(name => name.StartsWith("pool", StringComparison.Ordinal)).Should().Equal(
            "pool.scheme.predict.conv.weight", "pool.scheme.predict.proj.weight", "pool.scheme.update.conv.weight", "pool.scheme.update.proj.weight");

        var loss = functional.cross_entropy(network.forward(rand(4, 3, 8, 8)), tensor(new long[] { 0, 1, 2, 3 }));
        loss.backward();
        network.parameters().Should().OnlyContain(p => p.HasUsefulGrad());
    }

    [Fact]
    public void Evaluation_mode_reaches_an_operator_of_ones_own()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var pool = new LiftDownPool1d(new LiftingScheme(nn.Dropout(0.5), nn.Dropout(0.5)));
        var x = randn(2, 4, 64);

        pool.forward(x).IsExactly(pool.forward(x)).Should().BeFalse("dropout is at work");
        pool.eval();
        var (y, bands) = pool.forward_with_bands(x);
        pool.forward(x).IsExactly(y).Should().BeTrue();

        // Out of work, a dropout is the identity: d = xo - xe, s = xe + d = xo.
        bands["L"].ErrorTo(x.slice(2, 0, 64, 2)).Should().BeLessThan(1e-6);
        using var up = new LiftUpPool1d(pool);
        up.forward(bands).ErrorTo(x).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Built_inside_a_dispose_scope_it_outlives_it()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        LiftDownPool2d pool;
        LiftUpPool2d up;
        using (NewDisposeScope())
        {
            pool = new LiftDownPool2d(16, bias: true, reduction: BandReduction.Learned);
            up = new LiftUpPool2d(16, bias: true);
        }

        using (pool)
        using (up)
        {
            pool.parameters().Concat(up.parameters()).Should().HaveCount(9 + 8).And.OnlyContain(weight => !weight.IsInvalid);
            var (y, bands) = pool.forward_with_bands(randn(1, 16, 8, 8));
            up.forward(y, bands).square().sum().backward();
            pool.parameters().Concat(up.parameters()).Should().OnlyContain(weight => weight.HasUsefulGrad());
        }
    }

    private static Module<Tensor, Tensor> Network(int axes, Module<Tensor, Tensor> pool) => nn.Sequential(
        ("conv1", AnyPool.Conv(axes, 3, 16)),
        ("relu1", nn.ReLU()),
        ("pool1", pool),
        ("conv2", AnyPool.Conv(axes, 16, 16)),
        ("relu2", nn.ReLU(inplace: true)),
        ("flatten", nn.Flatten()),
        ("head", nn.Linear(16 * (long)Math.Pow(4, axes), 5)));

    private sealed class Classifier : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> conv = nn.Conv2d(3, 16, 3, padding: 1);
        private readonly LiftDownPool2d pool = new(channels: 16);
        private readonly Module<Tensor, Tensor> head = nn.Linear(16 * 4 * 4, 4);

        internal Classifier()
            : base(nameof(Classifier)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            return head.call(pool.call(conv.call(x).relu()).flatten(1)).MoveToOuterDisposeScope();
        }
    }
}

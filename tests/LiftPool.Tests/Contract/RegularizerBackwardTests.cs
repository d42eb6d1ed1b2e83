namespace LiftPool.Tests;

/// <summary>What backward computes once more was collected by forward: no scope collects it again, whichever it runs in.</summary>
public sealed class RegularizerBackwardTests : IClassFixture<OneThread>
{
    private const int Threads = 8;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Recomputation_collects_on_no_thread(bool recompute)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var elsewhere = new OnAThread(new LiftDownPool1d(2));
        using var pool = new LiftDownPool2d(new LiftingScheme(elsewhere, Conv1d(2, 2, 1))) { recompute = recompute };
        using var penalty = new LiftRegularizer();

        var y = pool.forward(randn(1, 2, 4, 4).requires_grad_());
        var collected = penalty.Shares.Count;
        AnotherThread.Run(() => y.sum().backward());

        collected.Should().Be(3, "two calls of the operator for the axes, on its thread, and the pool");
        penalty.Shares.Should().HaveCount(collected);
        LiftRegularizer.Current.Should().BeSameAs(penalty);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Recomputation_collects_in_no_scope_that_backward_runs_in(bool createGraph)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        var inner = new LiftDownPool1d(2);
        using var pool = new LiftDownPool2d(new LiftingScheme(new InPassing(inner), Identity())) { recompute = true };
        var inputs = Enumerable.Range(0, Threads).Select(_ => randn(1, 2, 4, 4).requires_grad_()).ToArray();
        using var outer = new LiftRegularizer();
        pool.forward(inputs[0]);
        var collected = outer.Shares.Count;

        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, i =>
        {
            using var ofThread = NewDisposeScope();
            var y = pool.forward(inputs[i]);
            using var around = new LiftRegularizer();
            y.square().sum().backward(create_graph: createGraph);
            if (createGraph)
            {
                inputs[i].grad!.square().sum().backward();
            }

            around.Shares.Should().BeEmpty();
        });

        collected.Should().Be(3, "two calls of the operator for the axes, and the pool");
        outer.Shares.Should().HaveCount(collected * (1 + Threads));
        Array.ForEach(inputs, x => x.grad = null);
        GC.KeepAlive(inputs);
    }

    private static void Forward(LiftDownPool1d pool, Tensor x)
    {
        using var scope = NewDisposeScope();
        pool.forward(x);
    }

    /// <summary>An operator that pools, and gives back what it got.</summary>
    private sealed class InPassing : Module<Tensor, Tensor>
    {
        private readonly LiftDownPool1d inner;

        internal InPassing(LiftDownPool1d inner)
            : base(nameof(InPassing))
        {
            this.inner = inner;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            Forward(inner, input.detach());
            return input.alias();
        }
    }

    /// <summary>An operator that pools on a thread of its own, and gives back what it got.</summary>
    private sealed class OnAThread : Module<Tensor, Tensor>
    {
        private readonly LiftDownPool1d inner;

        internal OnAThread(LiftDownPool1d inner)
            : base(nameof(OnAThread))
        {
            this.inner = inner;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            AnotherThread.Run(() => Forward(inner, ones(1, 2, 2)));
            return input.alias();
        }
    }
}

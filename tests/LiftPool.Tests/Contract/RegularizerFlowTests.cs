namespace LiftPool.Tests;

/// <summary>
/// A scope follows the work that is started inside it, on whatever thread that goes on, and ends everywhere at once, wherever it is
/// disposed.
/// </summary>
public sealed class RegularizerFlowTests : IClassFixture<OneThread>
{
    private const int Threads = 8;

    [Fact]
    public void Parallel_loops_collect_with_the_exact_total()
    {
        const int Calls = 400;
        using var scope = NewDisposeScope();
        using var pool = Counting();
        var x = Pair();
        using var penalty = new LiftRegularizer(lambda_u: 3, lambda_p: 5);

        Parallel.For(0, Calls, new ParallelOptions { MaxDegreeOfParallelism = Threads }, _ => Forward(pool, x));

        penalty.Shares.Should().HaveCount(Calls);
        penalty.c_p.item<float>().Should().Be(Calls);
        penalty.c_u.item<float>().Should().Be(0.25f * Calls);
        penalty.loss().item<float>().Should().Be((3 * 0.25f * Calls) + (5 * Calls));
        GC.KeepAlive(x);
    }

    [Fact]
    public async Task Tasks_threads_and_what_comes_after_an_await_collect()
    {
        using var pool = Counting();
        using var x = Pair();
        var before = new SemaphoreSlim(0);
        var early = Task.Run(async () =>
        {
            await before.WaitAsync();
            Forward(pool, x);
        });
        using var penalty = new LiftRegularizer();

        await Task.Run(() => Forward(pool, x));
        penalty.Shares.Should().HaveCount(1);

        await Task.Yield();
        Forward(pool, x);
        await Task.Delay(1);
        Forward(pool, x);
        penalty.Shares.Should().HaveCount(3);

        var thread = new Thread(() => Forward(pool, x));
        thread.Start();
        thread.Join();
        penalty.Shares.Should().HaveCount(4);

        before.Release();
        await early;
        penalty.Shares.Should().HaveCount(4, "what began before the scope is not inside it");
    }

    [Fact]
    public async Task Asynchronous_work_collects_wherever_it_goes_on()
    {
        using var pool = Counting();
        using var x = Pair();
        using var penalty = new LiftRegularizer();
        async Task Twice()
        {
            Forward(pool, x);
            await Task.Delay(1).ConfigureAwait(false);
            Forward(pool, x);
        }

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Twice()));
        penalty.Shares.Should().HaveCount(2 * Threads);

        await Parallel.ForEachAsync(Enumerable.Range(0, 50), async (_, token) =>
        {
            await Task.Yield();
            Forward(pool, x);
        });
        penalty.Shares.Should().HaveCount((2 * Threads) + 50);
        penalty.c_p.item<float>().Should().Be((2 * Threads) + 50);
    }

    [Fact]
    public async Task A_scope_begun_on_another_flow_stays_there()
    {
        using var pool = Counting();
        using var x = Pair();
        using var outer = new LiftRegularizer();

        var inner = await Task.Run(() =>
        {
            var made = new LiftRegularizer();
            Forward(pool, x);
            return made;
        });
        Forward(pool, x);

        inner.Shares.Should().ContainSingle();
        outer.Shares.Should().ContainSingle("the task's scope was innermost in the task alone");
        inner.Dispose();
    }

    [Fact]
    public void Disposed_on_another_thread_it_collects_nowhere() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var pool = new LiftDownPool2d(channels: 4);
        using var x = ones(2, 4, 6, 6);
        var penalty = new LiftRegularizer();
        Forward(pool, x);
        AnotherThread.Run(penalty.Dispose);

        LiftRegularizer.Current.Should().BeNull();
        Forward(pool, x);
        var before = live();
        for (var i = 0; i < 1000; i++)
        {
            Forward(pool, x);
        }

        live().Should().Be(before, "1,000 forwards after the end hold nothing");
        penalty.Invoking(ended => ended.Shares).Should().Throw<ObjectDisposedException>();
        penalty.Dispose();
    });

    [Fact]
    public void Nested_scopes_ended_elsewhere_and_out_of_order_leave_the_innermost_that_is_open()
    {
        using var pool = Counting();
        using var x = Pair();
        LiftRegularizer[] scopes = [new(), new(), new(), new()];

        AnotherThread.Run(scopes[2].Dispose);
        Collects(3);
        AnotherThread.Run(scopes[3].Dispose);
        Collects(1);
        AnotherThread.Run(scopes[0].Dispose);
        Collects(1);
        AnotherThread.Run(() => Collects(1));
        using (var inner = new LiftRegularizer())
        {
            AnotherThread.Run(scopes[1].Dispose);
            Forward(pool, x);
            inner.Shares.Should().ContainSingle();
        }

        LiftRegularizer.Current.Should().BeNull();

        void Collects(int wanted)
        {
            LiftRegularizer.Current.Should().BeSameAs(scopes[wanted]);
            var before = scopes[wanted].Shares.Count;
            Forward(pool, x);
            scopes[wanted].Shares.Should().HaveCount(before + 1);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Terms_that_arrive_after_the_end_are_disposed_at_once(bool elsewhere) => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var scope = NewDisposeScope();
        var ending = new Ending();
        using var pool = new LiftDownPool1d(new LiftingScheme(ending, Identity()));
        var x = ones(1, 1, 2);
        var before = live();
        using var outer = new LiftRegularizer();
        var penalty = new LiftRegularizer();
        ending.Now = elsewhere ? () => AnotherThread.Run(penalty.Dispose) : penalty.Dispose;

        Forward(pool, x);

        outer.Shares.Should().BeEmpty("the call began inside the one that ended");
        live().Should().Be(before);
    });

    [Fact]
    public void Totals_read_while_others_add_belong_together()
    {
        using var pool = Counting();
        using var x = Pair();
        using var penalty = new LiftRegularizer();
        using var done = new CancellationTokenSource();
        var adding = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < 200; i++)
            {
                Forward(pool, x);
            }
        })).ToList();
        adding.ForEach(thread => thread.Start());

        var most = 0.0f;
        while (adding.Exists(thread => thread.IsAlive))
        {
            using var inner = NewDisposeScope();

            // Each call gives 0.001 / 4 + 0.01, to rounding.
            var calls = penalty.loss().item<float>() / 0.01025f;
            calls.Should().BeApproximately(MathF.Round(calls), 0.01f).And.BeGreaterThanOrEqualTo(most - 0.01f);
            most = calls;
            penalty.Shares.Should().OnlyContain(share => !share.c_u.IsInvalid && !share.c_p.IsInvalid);
        }

        penalty.Shares.Should().HaveCount(Threads * 200);
        penalty.c_p.item<float>().Should().Be(Threads * 200);
    }

    [Fact]
    public void Ended_by_one_thread_while_others_add_and_read_it_leaves_nothing()
    {
        using var pool = Counting();
        using var x = Pair();
        Forward(pool, x);
        var before = LiveTensors.InProcess;
        for (var round = 0; round < 20; round++)
        {
            var penalty = new LiftRegularizer();
            var failures = new Exception?[Threads];
            var threads = Enumerable.Range(0, Threads).Select(i => new Thread(() => failures[i] = Record.Exception(() =>
            {
                for (var call = 0; call < 30; call++)
                {
                    Forward(pool, x);
                    using var inner = NewDisposeScope();
                    _ = penalty.loss().item<float>();
                }
            }))).ToList();
            threads.ForEach(thread => thread.Start());
            AnotherThread.Run(penalty.Dispose);
            threads.ForEach(thread => thread.Join());

            failures.Should().OnlyContain(failure => failure == null || failure is ObjectDisposedException);
        }

        LiveTensors.InProcess.Should().BeLessThanOrEqualTo(before + Threads, "what a last read made is garbage at worst");
    }

    /// <summary>A pool whose penalties are exact: of the pair (2, 1), d = 1 and s = 1.5, so c_u = 1/4 and c_p = 1.</summary>
    private static LiftDownPool1d Counting() => new(LiftingScheme.Wavelet(Wavelet.Haar));

    private static Tensor Pair() => tensor(new float[] { 2, 1 }).view(1, 1, 2).DetachFromDisposeScope();

    private static void Forward(LiftDownPool pool, Tensor x)
    {
        using var scope = NewDisposeScope();
        pool.forward(x);
    }

    /// <summary>An identity that does something in passing.</summary>
    private sealed class Ending() : Module<Tensor, Tensor>(nameof(Ending))
    {
        internal Action Now { get; set; } = () => { };

        public override Tensor forward(Tensor input)
        {
            Now();
            return input.alias();
        }
    }
}

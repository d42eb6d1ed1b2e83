using System.Diagnostics;

namespace LiftPool.Tests;

/// <summary>One module called by many threads at once, with the garbage collector at work beside them.</summary>
public class ThreadingTests
{
    private const int Threads = 8;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2.5);

    [Theory]
    [InlineData(true, 4)]
    [InlineData(false, 4)]
    [InlineData(false, 18)] // blocks of channels for every vector width, and each call worth a team of threads
    public void Eight_threads_get_from_one_module_what_one_thread_gets(bool sameInput, int channels)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var pool = new LiftDownPool2d(channels, bands: Bands2d.LL | Bands2d.HH, reduction: BandReduction.Learned);
        using var up = new LiftUpPool2d(pool);
        var inputs = Enumerable.Range(0, Threads).Select(_ => randn(2, channels, channels == 4 ? 9 : 33, channels == 4 ? 7 : 30)).ToArray();
        var expected = inputs.Select(input => Call(pool, up, input)).ToArray();

        var rounds = Together((thread, round) =>
        {
            using var inner = NewDisposeScope();
            var i = sameInput ? 0 : (thread + round) % Threads;
            var found = Call(pool, up, inputs[i]);
            return found.Zip(expected[i]).All(pair => pair.First.IsExactly(pair.Second));
        });

        rounds.Should().OnlyContain(count => count > 0);
        GC.KeepAlive(inputs);
        GC.KeepAlive(expected);
    }

    [Theory]
    [InlineData(PenaltyNorm.MeanSquare)]
    [InlineData(PenaltyNorm.L2)]
    public void Each_thread_collects_its_own_penalties_and_gradients(PenaltyNorm norm)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = new LiftDownPool2d(channels: 4);
        var inputs = Enumerable.Range(0, Threads).Select(_ => randn(2, 4, 6, 8)).ToArray();
        var expected = inputs.Select(input => Regularized(pool, input, norm)).ToArray();

        var rounds = Together((thread, round) =>
        {
            using var inner = NewDisposeScope();
            var i = (thread + round) % Threads;
            var found = Regularized(pool, inputs[i], norm);
            return found.Zip(expected[i]).All(pair => pair.First.IsExactly(pair.Second));
        });

        rounds.Should().OnlyContain(count => count > 0);
        GC.KeepAlive(inputs);
        GC.KeepAlive(expected);
    }

    private static Tensor[] Call(LiftDownPool2d pool, LiftUpPool2d up, Tensor input)
    {
        var (y, bands) = pool.forward_with_bands(input);
        return [pool.forward(input), y, bands.LL, bands.LH, bands.HL, bands.HH, up.forward(bands), up.forward(y, bands)];
    }

    private static Tensor[] Regularized(LiftDownPool2d pool, Tensor input, PenaltyNorm norm)
    {
        using var penalty = new LiftRegularizer(norm: norm);
        var leaf = input.detach().clone().requires_grad_();
        pool.forward(leaf);
        penalty.Shares.Should().ContainSingle();

        // Threads that share the weights' gradients would race for them; the input's is each thread's own.
        var gradient = autograd.grad([penalty.loss()], [leaf]).Single();
        return [penalty.c_u.clone(), penalty.c_p.clone(), gradient];
    }

    /// <summary>
    /// Runs the body on every thread for a while, another thread making garbage, and gives each thread's number of rounds.
    /// Fails at a round that says false.
    /// </summary>
    private static int[] Together(Func<int, int, bool> body)
    {
        var rounds = new int[Threads];
        var failures = new Exception?[Threads];
        using var start = new Barrier(Threads);
        var clock = Stopwatch.StartNew();
        var workers = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            failures[thread] = Record.Exception(() =>
            {
                start.SignalAndWait();
                do
                {
                    body(thread, rounds[thread]).Should().BeTrue("thread {0} in round {1} has to get what one thread alone gets", thread, rounds[thread]);
                    rounds[thread]++;
                }
                while (clock.Elapsed < Duration);
            });
        })).ToList();
        var garbage = new Thread(() =>
        {
            for (var i = 0; workers.Exists(worker => worker.IsAlive); i++)
            {
                _ = new byte[10_000];
                if (i % 100 == 0)
                {
                    GC.Collect(i % 1000 == 0 ? 2 : 0);
                }
            }
        });

        workers.ForEach(worker => worker.Start());
        garbage.Start();
        workers.ForEach(worker => worker.Join());
        garbage.Join();
        failures.Should().OnlyContain(failure => failure == null);
        return rounds;
    }
}

using System.Diagnostics;
using LiftPool.Calls;
using LiftPool.Tests;

namespace LiftPool.Benchmarks;

/// <summary>Runs that are too long for a test: whether anything leaks or ever comes out wrong.</summary>
internal static class Endurance
{
    private const double MostGrowth = 32;
    private const int Threads = 8;

    private static readonly Scalar One = 1.0;

    // Blocks of 16 channels, a rest, and enough samples for two threads to share a call.
    private static readonly long[] Size = [2, 35, 32, 33];

    /// <summary>
    /// Training steps, a down-pool and its up-pool: prints resident memory and live tensors ten times on the way, and says
    /// whether both stayed as they were after the first tenth.
    /// </summary>
    public static bool Soak(int steps)
    {
        random.manual_seed(1);
        using var down = new LiftDownPool2d(Size[1]);
        using var up = new LiftUpPool2d(down);
        using var x = randn(Size).requires_grad_();
        Tensor[] wanted = [x, .. down.parameters()];
        var clock = Stopwatch.StartNew();
        (double Megabytes, long Tensors) first = default, now = default;
        for (var step = 1; step <= steps; step++)
        {
            using (NewDisposeScope())
            {
                var (y, bands) = down.forward_with_bands(x);
                // Every output has a part in the loss: TorchSharp never counts off an undefined gradient that a custom function gets.
                autograd.grad([Loss(y, up.call(bands))], wanted);
            }

            if (step % (steps / 10) == 0)
            {
                now = (Megabytes(), LiveTensors.InProcess);
                first = step == steps / 10 ? now : first;
                Console.WriteLine(FormattableString.Invariant($"{clock.Elapsed:mm\\:ss}  step {step,7}  kernel {ComputePath.Last}  resident {now.Megabytes:F1} MiB  live tensors {now.Tensors}"));
            }
        }

        return now.Megabytes - first.Megabytes <= MostGrowth && now.Tensors <= first.Tensors;
    }

    /// <summary>
    /// Eight threads call one module, forwards, up and backwards, while another makes garbage; prints how many calls there
    /// were and how many came out other than on one thread alone.
    /// </summary>
    public static bool Stress(TimeSpan duration)
    {
        random.manual_seed(2);
        using var scope = NewDisposeScope();
        using var down = new LiftDownPool2d(Size[1]);
        using var up = new LiftUpPool2d(down);
        Tensor[] inputs = [.. Enumerable.Range(0, Threads).Select(_ => randn(Size).requires_grad_())];
        var expected = Array.ConvertAll(inputs, Call);
        long calls = 0, wrong = 0;
        var clock = Stopwatch.StartNew();
        Thread[] workers = [.. Enumerable.Range(0, Threads).Select(first => new Thread(() =>
        {
            for (var i = first; clock.Elapsed < duration; i = (i + 1) % Threads)
            {
                using var inner = NewDisposeScope();
                var found = Call(inputs[i]);
                var same = found.Zip(expected[i]).All(pair => pair.First.Equals(pair.Second));
                Interlocked.Increment(ref calls);
                Interlocked.Add(ref wrong, same ? 0 : 1);
            }
        }))];
        var garbage = new Thread(() =>
        {
            for (var i = 0; clock.Elapsed < duration; i++)
            {
                // Full collections now and then beside those that the garbage brings about, with time to compute between.
                _ = new byte[10_000];
                if (i % 10_000 == 0)
                {
                    GC.Collect();
                    Thread.Sleep(1);
                }
            }
        });

        Array.ForEach(workers, worker => worker.Start());
        garbage.Start();
        Array.ForEach(workers, worker => worker.Join());
        garbage.Join();
        Console.WriteLine(FormattableString.Invariant($"{clock.Elapsed:mm\\:ss}  {Threads} threads, kernel {ComputePath.Last}: {calls} calls, {wrong} wrong, {GC.CollectionCount(0)} garbage collections"));
        return wrong == 0;

        Tensor[] Call(Tensor input)
        {
            var (y, bands) = down.forward_with_bands(input);
            var restored = up.call(bands);

            // The weights' gradients too: handed to the caller, threads do not race for them.
            var gradients = autograd.grad([Loss(y, up.call(y, bands))], [input, .. down.parameters()]);
            return [y, restored, .. gradients];
        }
    }

    // Without the Scalars that TorchSharp makes of numbers, in square() and in a + b: their handles are not kept alive, so that
    // a garbage collection on another thread may end one in the middle of the call.
    private static Tensor Loss(Tensor pooled, Tensor restored) => pooled.sum().add(restored.mul(restored).sum(), One);

    private static double Megabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / (1024.0 * 1024.0);
    }
}

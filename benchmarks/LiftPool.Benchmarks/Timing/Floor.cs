using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LiftPool.Benchmarks;

/// <summary>
/// What this machine could do at best with <see cref="Shape.First"/>: the bytes that must move at the speed of a copy, and
/// the operations at the rate of its vector units. All threads together, which is how the kernel runs.
/// </summary>
/// <param name="FarCopy">Bytes a second, read and written, of a copy far larger than the caches.</param>
/// <param name="NearCopy">The same of a copy as large as the kernel's input and output, again and again.</param>
/// <param name="MultiplyAdds">Fused multiply-adds a second, lanes counted.</param>
/// <param name="Divisions">Divisions a second, lanes counted.</param>
internal sealed record Floor(double FarCopy, double NearCopy, double MultiplyAdds, double Divisions)
{
    // The paper's operator: ReLU, projection, what tanh's rational fit takes (two clamps, a square, eight multiply-adds and
    // a product), and adding the result; each is one vector operation, as a tap's multiply-add is.
    private const int OperationsBesideTaps = 15;
    private const int Taps = 5;

    // One axis evaluates one operator a sample (P for each odd one, U for each even one), so two axes two.
    private const int EvaluationsPerSample = 2;

    // More than any cache of today, and less than would take long.
    private const long FarBytes = 512L << 20;

    private const int Passes = 5;

    public static double Bytes => Shape.First.Elements * sizeof(float) * 1.25;

    public double FarSeconds => Bytes / FarCopy;

    public double NearSeconds => Bytes / NearCopy;

    public double OperationSeconds
        => Shape.First.Elements * EvaluationsPerSample * (((Taps + OperationsBesideTaps) / MultiplyAdds) + (1 / Divisions));

    public static Floor Measure()
    {
        var threads = get_num_threads();
        return new Floor(Copy(FarBytes, threads), Copy((long)Bytes, threads), VectorRate.MultiplyAdds(threads), VectorRate.Divisions(threads));
    }

    /// <summary>The fewest seconds of several tries for all threads to do the work once: a floor is not a typical value.</summary>
    public static double Fastest(int threads, Action<int> work)
    {
        var best = double.PositiveInfinity;
        for (var pass = 0; pass < Passes; pass++)
        {
            // Each thread looks at the clock itself: the one that waits for them may not get a processor in time.
            using var ready = new Barrier(threads);
            var (starts, ends) = (new long[threads], new long[threads]);
            Thread[] team = [.. Enumerable.Range(0, threads).Select(thread => new Thread(() =>
            {
                ready.SignalAndWait();
                starts[thread] = Stopwatch.GetTimestamp();
                work(thread);
                ends[thread] = Stopwatch.GetTimestamp();
            }))];
            Array.ForEach(team, thread => thread.Start());
            Array.ForEach(team, thread => thread.Join());
            best = Math.Min(best, Stopwatch.GetElapsedTime(starts.Min(), ends.Max()).TotalSeconds);
        }

        return best;
    }

    /// <summary>Bytes a second, read and written, where both together are <paramref name="bytes"/> of all threads.</summary>
    private static unsafe double Copy(long bytes, int threads)
    {
        var part = bytes / 2 / threads;

        // A small copy is repeated to outlast the threads' start.
        var times = Math.Max(1, (int)(FarBytes / bytes));
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)(2 * part * threads), 4096);
        NativeMemory.Clear(memory, (nuint)(2 * part * threads));
        try
        {
            var seconds = Fastest(threads, thread =>
            {
                var source = memory + (2 * part * thread);
                for (var i = 0; i < times; i++)
                {
                    Buffer.MemoryCopy(source, source + part, part, part);
                }
            });
            return 2.0 * part * threads * times / seconds;
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using LiftPool.Kernels;

namespace LiftPool.Tests;

/// <summary>
/// A kernel works on addresses, which keep no tensor alive: what it reads has to outlive it, though nobody else holds it and the
/// garbage collector is at work.
/// </summary>
/// <remarks>
/// The memory of every tensor is a managed array's here, so that a weak reference tells when LibTorch lets it go. The call's own
/// methods have to be compiled for speed, as they are after some calls: before, the runtime keeps all locals to their end.
/// </remarks>
public sealed class KeepAliveTests : IClassFixture<OneThread>
{
    private const int Side = 1500;
    private const int Taps = 5;

    private static readonly KernelStep[] Steps = [new(Lifting.StepKind.Predict, Taps, 0), new(Lifting.StepKind.Update, Taps, Taps + 3)];

    private static readonly Lifting.Gains NoGains = new(1, 1);

    [Theory]
    [InlineData("down")]
    [InlineData("down's gradient")]
    [InlineData("up")]
    [InlineData("up's gradient")]
    public void All_that_a_kernel_reads_outlives_it(string what)
    {
        for (var i = 0; i < 3; i++)
        {
            // Compiled for speed after 30 calls and a while.
            for (var call = 0; call < 40; call++)
            {
                Call(what, side: 8, []);
            }

            Thread.Sleep(250);
        }

        // A thread may be stopped just before the call returns, after it let go: hardly twice.
        var early = 0;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            early += EndedEarly(what) ? 1 : 0;
        }

        early.Should().BeLessThan(2, "no memory is let go in the first half of the call");
    }

    private static bool EndedEarly(string what)
    {
        List<WeakReference> arrays = [];
        long firstEnd = long.MaxValue;
        var returned = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref returned))
            {
                LiveTensors.CollectGarbage();
                lock (arrays)
                {
                    if (arrays.Exists(array => !array.IsAlive))
                    {
                        firstEnd = Math.Min(firstEnd, Stopwatch.GetTimestamp());
                    }
                }
            }
        });
        collector.Start();
        var (begin, end) = Call(what, Side, arrays);
        Volatile.Write(ref returned, true);
        collector.Join();
        arrays.Should().NotBeEmpty();
        return firstEnd < begin + ((end - begin) / 2);
    }

    // Compiled for speed at once, so that no local of it holds what it hands over.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static (long Begin, long End) Call(string what, int side, List<WeakReference> arrays)
    {
        var half = side / 2;
        switch (what)
        {
            case "down":
            {
                var inputs = Inputs(arrays, side, 1, withGain: true);
                var begin = Stopwatch.GetTimestamp();
                Dispose(Down.Forward(inputs));
                return (begin, Stopwatch.GetTimestamp());
            }

            case "down's gradient":
            {
                var inputs = Inputs(arrays, side, 1, withGain: true);
                var gradients = Gradients(arrays, half);
                var begin = Stopwatch.GetTimestamp();
                Dispose(Down.Backward(inputs, gradients));
                return (begin, Stopwatch.GetTimestamp());
            }

            case "up":
            {
                var inputs = Inputs(arrays, half, 4, withGain: false);
                var begin = Stopwatch.GetTimestamp();
                Dispose(Up.Forward(inputs));
                return (begin, Stopwatch.GetTimestamp());
            }

            default:
            {
                var inputs = Inputs(arrays, half, 4, withGain: false);
                var gradients = Gradients(arrays, side);
                var begin = Stopwatch.GetTimestamp();
                Dispose(Up.Backward(inputs, gradients));
                return (begin, Stopwatch.GetTimestamp());
            }
        }
    }

    private static FusedDown Down
        => new(Steps, NoGains, PaddingModes.Zeros, Bits: 0, CeilMode: false, Bands: 0b1111, BandReduction.Learned, KeepBands: false, Norm: null);

    private static FusedUp Up => new(Steps, NoGains, PaddingModes.Zeros, Bits: 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Tensor?[] Inputs(List<WeakReference> arrays, int side, int count, bool withGain)
    {
        var signals = Enumerable.Range(0, count).Select(_ => Watched(arrays, 1, 1, side, side));
        var weights = Steps.SelectMany(step => new[]
        {
            Watched(arrays, 1, 1, step.Taps), Watched(arrays, 1), Watched(arrays, 1, 1, 1), Watched(arrays, 1),
        });
        return [.. signals, .. weights, .. withGain ? [Watched(arrays, 4, 1)] : (Tensor[])[]];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<Tensor?> Gradients(List<WeakReference> arrays, int side) => [Watched(arrays, 1, 1, side, side)];

    private static Tensor Watched(List<WeakReference> arrays, params long[] shape)
    {
        var memory = new float[shape.Aggregate((product, length) => product * length)];
        lock (arrays)
        {
            arrays.Add(new(memory));
        }

        // As a view it is a handle on its own, and the first is at an end.
        using var flat = frombuffer(memory, ScalarType.Float32);
        return flat.view(shape);
    }

    private static void Dispose<T>(List<T> results)
        where T : Tensor?
    {
        foreach (var result in results)
        {
            result?.Dispose();
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using LiftPool.Calls;
using LiftPool.Kernels;
using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>
/// How long a kernel's inputs live when nobody but the call holds them. Their memory is that of managed arrays, so that weak
/// references tell when LibTorch lets it go, while another thread collects garbage.
/// </summary>
/// <remarks>
/// It runs as a process of its own, whose code is compiled for speed from the start: else the runtime keeps all locals of a method
/// to its end, up to some calls. And what reads memory that is gone may end the process.
/// </remarks>
internal static class KernelMemory
{
    /// <summary>The test assembly's argument, before one of <see cref="Calls"/>.</summary>
    internal const string Argument = "kernel-memory";

    /// <summary>The environment variable that has all code compiled for speed when set to 0.</summary>
    internal const string Tiers = "DOTNET_TieredCompilation";

    private const int Side = 1200;
    private const int Taps = 5;

    private static readonly KernelStep[] Steps = [new(IsPredict: true, Taps), new(IsPredict: false, Taps)];

    internal static string[] Calls { get; } = ["down", "down's gradient", "up", "up's gradient"];

    /// <summary>
    /// When the first input's memory was let go, in parts of the call's time: above 1 after it. The middle one of three calls'.
    /// </summary>
    internal static string FirstEndIn(string call)
        => Enumerable.Range(0, 3).Select(_ => FirstEnd(call)).Order().ElementAt(1).ToString("F3", CultureInfo.InvariantCulture);

    private static double FirstEnd(string what)
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
        return (firstEnd - begin) / (double)(end - begin);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (long Begin, long End) Call(string what, int side, List<WeakReference> arrays)
    {
        var half = side / 2;
        switch (what)
        {
            case "down":
                {
                    var inputs = Inputs(arrays, side, 1, withGain: true);
                    var begin = Stopwatch.GetTimestamp();
                    Dispose(Down(BandReduction.Learned).Forward(inputs));
                    return (begin, Stopwatch.GetTimestamp());
                }

            case "down's gradient":
                {
                    var inputs = Inputs(arrays, side, 1, withGain: false);
                    var gradients = Gradients(arrays, half);
                    var begin = Stopwatch.GetTimestamp();
                    Dispose(Down(BandReduction.Sum).Backward(inputs, gradients, wantsSignals: false));
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
                    Dispose(Up.Backward(inputs, gradients, wantsSignals: false));
                    return (begin, Stopwatch.GetTimestamp());
                }
        }
    }

    // The operators are not asked: their weights come with the inputs.
    private static LiftingSteps NoSteps => new([], approximationGain: 1, detailGain: 1);

    private static FusedScheme Scheme => new(Steps, PaddingModes.Zeros);

    private static FusedDown Down(BandReduction reduction)
        => new(new DownRequest(NoSteps, LiftedAxes.All(2)) { CeilMode = false, Output = BandSet.All(2), Reduction = reduction }, Scheme, Bits: 0);

    private static FusedUp Up => new(new UpRequest(NoSteps, LiftedAxes.All(2)), Scheme, Bits: 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static PoolInputs Inputs(List<WeakReference> arrays, int side, int count, bool withGain)
    {
        var signals = Enumerable.Range(0, count).Select(_ => Watched(arrays, 1, 1, side, side));
        var weights = Steps.SelectMany(step => new[]
        {
            Watched(arrays, 1, 1, step.Taps), Watched(arrays, 1), Watched(arrays, 1, 1, 1), Watched(arrays, 1),
        });
        return new([.. signals]) { Weights = [.. weights], BandWeights = withGain ? Watched(arrays, 4, 1) : null };
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static PoolResult Gradients(List<WeakReference> arrays, int side) => new(Watched(arrays, 1, 1, side, side));

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

    private static void Dispose(PoolResult result) => result.Output!.Dispose();

    private static void Dispose(PoolInputs gradients) => Array.ForEach([.. gradients.Signals, .. gradients.Weights], gradient => gradient?.Dispose());
}

using System.Globalization;
using System.Runtime.Intrinsics;

namespace LiftPool.Kernels;

/// <summary>
/// The one place that chooses how a call is computed: by a fused kernel, at a vector width, or by tensor operations.
/// </summary>
/// <remarks>
/// The environment variable <c>LIFTPOOL_KERNEL</c> forces a path: <c>auto</c>, <c>tensor</c>, <c>scalar</c>, <c>128</c>,
/// <c>256</c> or <c>512</c> bits. What a kernel does not cover goes to tensor operations all the same.
/// </remarks>
internal static class ComputePath
{
    internal const string Variable = "LIFTPOOL_KERNEL";

    // A thread's samples in work, with room for six copies of them (with two steps) in a ring of twice the rows, 64 bytes each:
    // below 2 GiB.
    private const long MostSamples = 1 << 21;

    // TorchSharp hands out the memory of tensors below 2 GiB.
    private const long MostElements = int.MaxValue / sizeof(double);

    private static readonly Lazy<int?> Widest = new(() => WidestBits(Environment.GetEnvironmentVariable(Variable)));

    [ThreadStatic]
    private static string? last;

    [ThreadStatic]
    private static string? forced;

    /// <summary>What the variable may force on this machine, the widest vectors first.</summary>
    internal static IReadOnlyList<string> Paths { get; } =
    [
        .. Vector512.IsHardwareAccelerated ? ["512"] : (string[])[],
        .. Vector256.IsHardwareAccelerated ? ["256"] : (string[])[],
        .. Vector128.IsHardwareAccelerated ? ["128"] : (string[])[],
        "scalar",
        "tensor",
    ];

    /// <summary>The path of this thread's last call: tensor, scalar, 128, 256 or 512.</summary>
    internal static string Last => last ?? "none";

    /// <summary>
    /// The kernel to take, its width in bits or 0 for one channel at a time, and the weights as it takes them, four for each
    /// step; null for tensor operations.
    /// </summary>
    /// <param name="scheme">The operators.</param>
    /// <param name="x">The signal, or a band of it: with a batch axis.</param>
    /// <param name="scale">How many times as long as x the signal is on every axis: 2 for a band.</param>
    internal static (int Bits, Tensor?[] Weights)? Choose(LiftingScheme scheme, Tensor x, int scale = 1)
    {
        var widest = forced is null ? Widest.Value : WidestBits(forced);
        if (widest is not { } most || CoveredWeights(scheme, x, scale) is not { } weights)
        {
            last = "tensor";
            return null;
        }

        var bits = Fitting(most, x);
        last = bits == 0 ? "scalar" : $"{bits}";
        return (bits, weights);
    }

    /// <summary>Forces a path for this thread's calls, as the variable does for all, until disposed. Tests compare paths so.</summary>
    internal static IDisposable Force(string text)
    {
        _ = WidestBits(text);
        var before = forced;
        forced = text;
        return new Forced(before);
    }

    private sealed class Forced(string? before) : IDisposable
    {
        public void Dispose() => forced = before;
    }

    /// <summary>The widest vectors to use, from the variable's text; null for none, tensor operations.</summary>
    /// <exception cref="InvalidOperationException">The text is none of those it may be, or the machine lacks the width.</exception>
    internal static int? WidestBits(string? text) => text switch
    {
        null or "" or "auto" => WidestBits(Paths[0]),
        "tensor" => null,
        "scalar" => 0,
        "128" or "256" or "512" when Paths.Contains(text) => int.Parse(text, CultureInfo.InvariantCulture),
        "128" or "256" or "512" => throw new InvalidOperationException($"{Variable}: expected a vector width that this machine has, got {text}."),
        _ => throw new InvalidOperationException($"{Variable}: expected auto, tensor, scalar, 128, 256 or 512, got \"{text}\"."),
    };

    // Other devices and types, three axes, operators that mix channels or are a user's, hooks, and what would take too much
    // memory at once: tensor operations.
    private static Tensor?[]? CoveredWeights(LiftingScheme scheme, Tensor x, int scale)
        => x.device_type == DeviceType.CPU
            && x.dtype is ScalarType.Float32 or ScalarType.Float64
            && x.dim() is 3 or 4
            && LargestTensor(x, scale) is > 0 and < MostElements
            && scheme.FusedPadding is { } padding
            && scheme.FusedWeights(x.size(1)) is { } weights
            && weights.All(weight => weight is null || Fits(weight, x))
            && SamplesInWork(scheme, padding, x, scale) < MostSamples
                ? weights
                : null;

    // Operators come with the scheme, but a user may have moved or exchanged one, for a view with a lazy sign too.
    private static bool Fits(Tensor weight, Tensor x)
        => weight.is_contiguous()
            && !weight.is_neg()
            && weight.size(0) == x.size(1)
            && weight.dtype == x.dtype
            && weight.device_type == x.device_type;

    // The signal, or all its bands side by side, which with ceil_mode may be more: a sample more on each axis.
    private static long LargestTensor(Tensor x, int scale)
    {
        long largest = x.size(0) * x.size(1);
        for (var axis = 2; axis < x.dim(); axis++)
        {
            largest *= EvenLength(x, axis, scale);
        }

        return largest;
    }

    // Down and up have to come to the same answer, and up knows the bands alone: a lossless scheme rounds alike on one path.
    private static long EvenLength(Tensor x, int axis, int scale)
    {
        var length = x.size(axis) * scale;
        return length + (length % 2);
    }

    // With circular padding all rows of a plane are in work at once, else fewer than these, there and back.
    private static long SamplesInWork(LiftingScheme scheme, PaddingModes padding, Tensor x, int scale)
    {
        var steps = scheme.FusedSteps;
        var taps = steps.Max(step => step.Taps);
        var height = x.dim() == 3 ? 1 : EvenLength(x, 2, scale);
        var rows = padding == PaddingModes.Circular ? height : Math.Min(height, 8 * steps.Length * taps);
        var perSample = Math.Max(2, steps.Length) / 2.0;
        return (long)(perSample * rows * (EvenLength(x, (int)x.dim() - 1, scale) + (4 * taps)));
    }

    // A block of channels has to fill the lanes.
    private static int Fitting(int widest, Tensor x)
    {
        var size = x.dtype == ScalarType.Float64 ? 64 : 32;
        for (var bits = widest; bits > 64; bits /= 2)
        {
            if (x.size(1) * size >= bits)
            {
                return bits;
            }
        }

        return 0;
    }
}

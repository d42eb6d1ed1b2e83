using System.Globalization;
using System.Runtime.Intrinsics;
using LiftPool.Kernels;
using LiftPool.Lifting;
namespace LiftPool.Calls;

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
    private const double MostSamples = 1 << 21;

    // The kernels count a plane's pixels in 32 bits.
    private const long MostPixels = int.MaxValue / 2;

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
    /// The kernel for a down-pool, its width in bits or 0 for one channel at a time, and the weights as it takes them, four for each
    /// step; null for tensor operations.
    /// </summary>
    /// <param name="scheme">The operators.</param>
    /// <param name="x">The signal, with a batch axis.</param>
    /// <param name="ceilMode">What becomes of an odd axis.</param>
    internal static (int Bits, Tensor?[] Weights)? ChooseDown(LiftingScheme scheme, Tensor x, bool ceilMode)
        => Choose(scheme, [x], length => OddSizes.BandLength(length, ceilMode), inverse: false);

    /// <summary>As <see cref="ChooseDown"/> for an up-pool.</summary>
    /// <param name="scheme">The operators.</param>
    /// <param name="bands">All bands, with a batch axis.</param>
    internal static (int Bits, Tensor?[] Weights)? ChooseUp(LiftingScheme scheme, IReadOnlyList<Tensor> bands)
        => Choose(scheme, bands, length => length, inverse: true);

    // Down and up come to the same answer, but for integers that float32 cannot carry: it depends on the lengths that are lifted.
    private static (int Bits, Tensor?[] Weights)? Choose(LiftingScheme scheme, IReadOnlyList<Tensor> tensors, Func<long, long> halfLength, bool inverse)
    {
        var x = tensors[0];
        var widest = forced is null ? Widest.Value : WidestBits(forced);
        if (widest is not { } most
            || CoveredWeights(scheme, x, halfLength) is not { } weights
            || (scheme.Steps.Rounds && !IntegerRange.Holds(scheme.Steps, tensors, (int)x.dim() - 2, inverse)))
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
    private static Tensor?[]? CoveredWeights(LiftingScheme scheme, Tensor x, Func<long, long> halfLength)
        => x.device_type == DeviceType.CPU
            && x.dtype is ScalarType.Float32 or ScalarType.Float64
            && x.dim() is 3 or 4
            && scheme.FusedPadding is { } padding
            && scheme.FusedWeights(x.size(1)) is { } weights
            && weights.All(weight => weight is null || Fits(weight, x))
            && FitsInMemory(scheme.FusedSteps, padding, x, halfLength)
                ? weights
                : null;

    // Operators come with the scheme, but a user may have moved or exchanged one, for a view with a lazy sign too.
    private static bool Fits(Tensor weight, Tensor x)
        => weight.is_contiguous()
            && !weight.is_neg()
            && weight.size(0) == x.size(1)
            && weight.dtype == x.dtype
            && weight.device_type == x.device_type;

    private static bool FitsInMemory(KernelStep[] steps, PaddingModes padding, Tensor x, Func<long, long> halfLength)
    {
        var axes = (int)x.dim() - 2;
        var (first, last) = (halfLength(x.size(2)), halfLength(x.size(axes + 1)));
        if (x.size(0) == 0 || axes * 2 * (axes == 1 ? first : first * last) > MostPixels)
        {
            return false;
        }

        // In one dimension a row is in work at once, in two so many rows there and back; of what is cut, a piece with its overlaps.
        var taps = steps.Max(step => step.Taps);
        var piece = Pieces.Length(axes, x.size(1), first, last, padding, steps) + (2 * Pieces.Reach(steps));
        var (rows, width) = axes == 1
            ? (1, 2 * Math.Min(first, piece))
            : (2 * Math.Min(first, padding == PaddingModes.Circular ? piece : 4 * steps.Length * taps), 2 * last);
        return Math.Max(2, steps.Length) / 2.0 * rows * (width + (4 * taps)) < MostSamples;
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

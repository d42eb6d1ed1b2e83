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

    // What one thread's planes may take: longer rows go to tensor operations.
    private const long MostElements = 1 << 22;

    private static readonly Lazy<int?> Widest = new(() => WidestBits(Environment.GetEnvironmentVariable(Variable)));

    [ThreadStatic]
    private static string? last;

    [ThreadStatic]
    private static string? forced;

    /// <summary>The path of this thread's last call: tensor, scalar, 128, 256 or 512.</summary>
    internal static string Last => last ?? "none";

    /// <summary>The width of the kernel to take, 0 for one channel at a time; null for tensor operations.</summary>
    /// <param name="scheme">The operators.</param>
    /// <param name="x">The signal, or a band of it: with a batch axis.</param>
    internal static int? Choose(LiftingScheme scheme, Tensor x)
    {
        var widest = forced is null ? Widest.Value : WidestBits(forced);
        var bits = Covers(scheme, x) ? Fitting(widest, x) : null;
        last = bits switch { null => "tensor", 0 => "scalar", _ => $"{bits}" };
        return bits;
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
        null or "" or "auto" => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0,
        "tensor" => null,
        "scalar" => 0,
        "128" when Vector128.IsHardwareAccelerated => 128,
        "256" when Vector256.IsHardwareAccelerated => 256,
        "512" when Vector512.IsHardwareAccelerated => 512,
        "128" or "256" or "512" => throw new InvalidOperationException($"{Variable}: expected a vector width that this machine has, got {text}."),
        _ => throw new InvalidOperationException($"{Variable}: expected auto, tensor, scalar, 128, 256 or 512, got \"{text}\"."),
    };

    // Other devices and types, three axes, operators that mix channels or are not the paper's, hooks: tensor operations.
    private static bool Covers(LiftingScheme scheme, Tensor x)
        => x.device_type == DeviceType.CPU
            && x.dtype is ScalarType.Float32 or ScalarType.Float64
            && x.dim() is 3 or 4
            && x.numel() is > 0 and < int.MaxValue / sizeof(double)
            && x.size((int)x.dim() - 1) * 16 < MostElements
            && scheme.FusedWeights is { } weights
            && weights.All(weight => weight is null || weight.is_contiguous());

    // A block of channels has to fill the lanes.
    private static int? Fitting(int? widest, Tensor x)
    {
        var size = x.dtype == ScalarType.Float64 ? 64 : 32;
        for (var bits = widest; bits > 64; bits /= 2)
        {
            if (x.size(1) * size >= bits)
            {
                return bits;
            }
        }

        return widest is null ? null : 0;
    }
}

using System.Globalization;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
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

    // The kernels count a plane's pixels in 32 bits.
    private const long MostPixels = int.MaxValue / 2;

    // Of so few samples memory does not matter.
    private const long FewSamples = 1 << 16;

    // Of x64 all processors with AVX2 have it, and some that are older.
    private static bool HasMultiplyAdd => Fma.IsSupported || AdvSimd.IsSupported;

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
        .. Vector128.IsHardwareAccelerated && HasMultiplyAdd ? ["128"] : (string[])[],
        "scalar",
        "tensor",
    ];

    /// <summary>The path of this thread's last call: tensor, scalar, 128, 256 or 512.</summary>
    internal static string Last => last ?? "none";

    /// <summary>Computes what a pool asks for, on the path that it chooses, as part of autograd's graph if gradients are wanted.</summary>
    internal static PoolResult Run(PoolRequest request, PoolInputs inputs)
    {
        PoolCall call;
        if (Choose(request, inputs.Signals) is var (scheme, weights, bits))
        {
            call = PiecewiseCall.For(request, scheme, bits, inputs.Signals[0]!);
            inputs = inputs with { Weights = weights };
        }
        else if (request.RecomputedParameters is not null)
        {
            var recomputed = new TensorCall(request.ForEvenLengths);
            (call, inputs) = (recomputed, inputs with { Weights = recomputed.Parameters });
        }
        else
        {
            return request.Compose(request.Steps, inputs);
        }

        PoolResult result;
        var list = call.Request.ListOf(inputs);
        if (!RecomputingFunction.Records(list))
        {
            result = call.Forward(inputs);
        }
        else
        {
            using (no_grad())
            {
                result = call.Forward(inputs);
            }

            result = call.Request.ResultOf(RecomputingFunction.Attach(call, list, call.Request.ListOf(result)!)!);
        }

        return request.Complete(result, inputs);
    }

    /// <summary>
    /// The scheme as the kernels take it, its weights, four for each step, and the width in bits, 0 for one channel at a time; null for
    /// tensor operations.
    /// </summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="signals">The signal, or all bands, with a batch axis.</param>
    internal static (FusedScheme Scheme, Tensor?[] Weights, int Bits)? Choose(PoolRequest request, Tensor?[] signals)
    {
        var (x, steps) = (signals[0]!, request.Steps);
        var widest = forced is null ? Widest.Value : WidestBits(forced);

        // Down and up come to the same answer, but for integers that float32 cannot carry: it depends on the lengths that are lifted.
        if (widest is not { } most
            || Covered(steps, x) is not var (scheme, weights)
            || Fitting(most, request, scheme, x) is not { } bits
            || (steps.Rounds && !IntegerRange.Holds(steps, signals!, request.Axes.Count, inverse: request is UpRequest)))
        {
            last = "tensor";
            return null;
        }

        last = bits == 0 ? "scalar" : $"{bits}";
        return (scheme, weights, bits);
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
        // Where a multiplication and addition rounded once is a call of a library, tensor operations are faster than any kernel.
        null or "" or "auto" => HasMultiplyAdd ? WidestBits(Paths[0]) : null,
        "tensor" => null,
        "scalar" => 0,
        "128" or "256" or "512" when Paths.Contains(text) => int.Parse(text, CultureInfo.InvariantCulture),
        "128" or "256" or "512" => throw new InvalidOperationException(
            $"{Variable}: expected a vector width that this machine has, got {text}."),
        _ => throw new InvalidOperationException($"{Variable}: expected auto, tensor, scalar, 128, 256 or 512, got \"{text}\"."),
    };

    // Other devices and types, more axes, operators that mix channels or are a user's, and hooks: tensor operations.
    private static (FusedScheme Scheme, Tensor?[] Weights)? Covered(LiftingSteps steps, Tensor x)
        => x.device_type == DeviceType.CPU
            && KernelWords.Of(x.dtype) is not null
            && x.dim() is 3 or 4 or 5
            && x.size(0) > 0
            && FusedScheme.Of(steps) is { } scheme
            && FusedScheme.Weights(steps, x.size(1)) is { } weights
            && Array.TrueForAll(weights, weight => weight is null || Fits(weight, x))
                ? (scheme, weights)
                : null;

    // Operators come with the scheme, but a user may have moved or exchanged one, for a view with a lazy sign too.
    private static bool Fits(Tensor weight, Tensor x)
        => weight.is_contiguous()
            && !weight.is_neg()
            && weight.size(0) == x.size(1)
            && (weight.dtype == x.dtype || weight.dtype == NumberTypes.Computing(x.dtype))
            && weight.device_type == x.device_type;

    /// <summary>
    /// The widest vectors of which a block of channels fills the lanes, and whose pass has room in memory; null for none. It does
    /// not depend on the number of threads, so that the results do not.
    /// </summary>
    private static int? Fitting(int widest, PoolRequest request, FusedScheme scheme, Tensor x)
    {
        var (storage, axes, all) = (KernelWords.Of(x.dtype)!.Value, request.Axes, 1.0);
        for (var dim = 2; dim < x.dim(); dim++)
        {
            all *= Samples(dim, request.PairsAlong(dim, x.size(dim)));
        }

        if (all > MostPixels && axes.Dimensions > 1)
        {
            return null;
        }

        var (items, channels) = ((int)x.size(0), x.size(1));
        if (request is DownRequest { DenseMax: not DenseMax.None })
        {
            // At a cut a piece's window would end short of the maximum's.
            var pairs = request.PairsOf(x.shape);
            if (Pieces.Length(channels, pairs, axes, scheme) < pairs[0])
            {
                return null;
            }
        }

        for (var bits = widest; ; bits = bits > 128 ? bits / 2 : 0)
        {
            var lanes = KernelRunner.Lanes(storage, bits);
            var penaltySums = (long)items * ((channels + lanes - 1) / lanes) * 2 * ((1 << axes.Count) - 1);
            if (channels >= lanes && penaltySums < MostPixels && (all <= FewSamples || Bytes(bits) <= KernelRunner.MostBytes))
            {
                return bits;
            }

            if (bits == 0)
            {
                return null;
            }
        }

        long Samples(int dim, long pairs) => axes.Lifts(dim) ? 2 * pairs : pairs;

        // A down-pool's gradient with penalties takes the most, and forward and backward, down and up are to take one path.
        long Bytes(int bits)
        {
            var pairs = request.PairsOf(x.shape);
            pairs[0] = Math.Min(pairs[0], Pieces.Length(channels, pairs, axes, scheme) + (2 * Pieces.Reach(scheme.Steps)));
            var some = new OperatorMemory(storage, 1, 1, 1, 1);
            long[] lengths = [.. pairs.Select((count, i) => Samples(i + 2, count))];
            var (border, gains, mask) = (KernelWords.Of(scheme.Padding), request.Steps.Normalisation, (int)axes.Axes);
            return KernelRunner.BytesOf(
                new KernelCall
                {
                    Task = KernelTask.DownGradient,
                    Geometry = new(
                        items, (int)channels, lengths, ceilMode: false, border, scheme.Steps, gains.Approximation, gains.Detail, mask),
                    Storage = storage,
                    Operators = [],
                    WeightGradients = [.. scheme.Steps.Select(_ => some)],
                    SignalGradient = new(1, false),
                    PenaltyFactors = [],
                },
                bits);
        }
    }
}

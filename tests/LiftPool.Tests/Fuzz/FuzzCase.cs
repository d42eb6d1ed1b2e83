namespace LiftPool.Tests;

/// <summary>What one generated call does.</summary>
internal enum FuzzCall
{
    Forward,
    ForwardWithBands,
    Penalties,
    Up,
    ChangedBands,
    Pyramid,
    SchemeAlone,
    Sharing,
    Surgery,
    SecondDerivatives,
    Hooks,
    State,
    Regularizer,
    Refused,
}

/// <summary>Which scheme is made.</summary>
internal enum FuzzSchemeKind
{
    Paper,
    Wavelet,
    MaxLifting,
    Mean,
    Steps,
}

/// <summary>An operator of a list of steps: one of LiftPool's own, or a module of somebody's.</summary>
internal enum FuzzOperatorKind
{
    Learned,
    Filter,
    Rectified,
    Own,
}

/// <summary>How the input lies in memory.</summary>
internal enum FuzzLayout
{
    Contiguous,
    ChannelsLast,
    Transposed,
    Strided,
    Slice,
    Expanded,
}

/// <summary>What the input holds.</summary>
internal enum FuzzContent
{
    Normal,
    Integers,
    Zeros,
    Special,
}

/// <summary>One step of a list.</summary>
internal sealed record FuzzStep(StepKind Kind, FuzzOperatorKind Operator, double[] Taps);

/// <summary>A scheme, as plain values.</summary>
internal sealed record FuzzScheme(FuzzSchemeKind Kind, PaddingModes Padding)
{
    internal Wavelet Wavelet { get; init; }

    internal bool Lossless { get; init; }

    internal bool Learnable { get; init; }

    internal bool PerChannel { get; init; }

    internal long KernelSize { get; init; } = 1;

    internal long Groups { get; init; } = 1;

    internal long ProjGroups { get; init; } = 1;

    internal bool Bias { get; init; }

    internal bool Tanh { get; init; } = true;

    internal FuzzStep[] Steps { get; init; } = [];

    internal double ApproximationGain { get; init; } = 1;

    internal double DetailGain { get; init; } = 1;

    /// <summary>The parameters are those of a new layer times this.</summary>
    internal double WeightScale { get; init; } = 1;

    /// <summary>Whether a tanh is computed: <see cref="Tanh"/> is drawn for the other operators too.</summary>
    internal bool HasTanh => Tanh && (Kind == FuzzSchemeKind.Paper
        || (Kind == FuzzSchemeKind.Steps && Steps.Any(step => step.Operator == FuzzOperatorKind.Learned)));

    internal bool HasOwnOperators => Kind == FuzzSchemeKind.Steps && Steps.Any(step => step.Operator == FuzzOperatorKind.Own);
}

/// <summary>A pool but for its scheme, as plain values.</summary>
internal sealed record FuzzPool(int Dimensions, long Channels, ScalarType Dtype)
{
    internal int Bands { get; init; } = 1;

    internal BandReduction Reduction { get; init; }

    internal bool Ceil { get; init; }

    internal DenseMax DenseMax { get; init; }

    internal LiftAxes Axes { get; init; } = LiftAxes.All;

    internal bool Recompute { get; init; }

    internal PenaltyNorm? Norm { get; init; }

    internal bool IsHalf => Dtype is ScalarType.Float16 or ScalarType.BFloat16;

    /// <summary>The dimensions of <c>[N, C, ...]</c> that are lifted, in their order.</summary>
    internal int[] LiftedDims
        => [.. Enumerable.Range(0, Dimensions).Where(fromEnd => ((int)Axes >> fromEnd & 1) != 0)
            .Select(fromEnd => Dimensions + 1 - fromEnd)];
}

/// <summary>An input, as plain values.</summary>
/// <param name="Batch">The number of items; none without a batch axis.</param>
/// <param name="Lengths">The spatial lengths.</param>
internal sealed record FuzzSignal(long? Batch, long[] Lengths)
{
    internal FuzzLayout Layout { get; init; }

    internal FuzzContent Content { get; init; }

    internal double Magnitude { get; init; } = 1;
}

/// <summary>One call of the fuzzer: all that is drawn, as plain values. What is random beside comes from <paramref name="Seed"/>.</summary>
internal sealed record FuzzCase(FuzzCall Call, FuzzPool Pool, FuzzScheme Scheme, FuzzSignal Signal, int Choice, int Seed)
{
    /// <summary>Whether a half type computes in float32 inside: a module that is called works in its type.</summary>
    internal bool IsRoundedOnce => !Scheme.HasOwnOperators;

    /// <summary>Whether a loss has this value in it: of the penalties, asked for by themselves, one alone in two of three calls.</summary>
    internal bool IsInLoss(string value)
        => Call != FuzzCall.Penalties || (Choice / 8 % 3) switch { 1 => value == "c_u", 2 => value == "c_p", _ => true };

    internal long[] Shape => [.. Signal.Batch is { } batch ? [batch] : Array.Empty<long>(), Pool.Channels, .. Signal.Lengths];

    public override string ToString() => FuzzText.Of(this);
}

namespace LiftPool.Lifting;

/// <summary>An operator of LiftPool's own, which the library may run in other ways than by a call of <c>[B, C, L]</c>.</summary>
internal interface IAxisOperator
{
    /// <summary>The channels that it was built for; null for any.</summary>
    long? Channels { get; }

    /// <summary>All of its weights, which are to be of one dtype on one device; null for those that it has not.</summary>
    Tensor?[] Weights { get; }

    /// <summary>What it was built with.</summary>
    OperatorTraits Traits { get; }

    int KernelSize { get; }

    OperatorForm Form { get; }

    PaddingModes PaddingMode { get; }

    /// <summary>Whether <see cref="Along"/> may stand for forward: no hook is to see signals.</summary>
    bool RunsAlongAxes { get; }

    /// <summary>
    /// What forward computes for the signals along one spatial axis of <c>[B, C, ...]</c>, as the tensor lies, without gathering them
    /// first.
    /// </summary>
    /// <param name="x">The tensor.</param>
    /// <param name="dim">The axis.</param>
    /// <param name="weights"><see cref="Weights"/>, or what stands for them.</param>
    Tensor Along(Tensor x, int dim, Tensor?[] weights);

    /// <summary>Why a half-signal of this length cannot be padded, or null if it can.</summary>
    string? Refuses(long length);

    /// <summary>
    /// Taps, bias, projection and its bias, of each channel; null if the operator mixes channels or somebody watches its calls.
    /// </summary>
    Tensor?[]? ChannelWeights(long channels);
}

namespace LiftPool.Kernels;

/// <summary>What a kernel is to do.</summary>
internal enum KernelTask
{
    Down,
    Up,
    DownGradient,
    UpGradient,
}

/// <summary>A tensor's memory: contiguous, or channels-last.</summary>
/// <param name="Data">The address of the first element; 0 for no tensor.</param>
/// <param name="ChannelsLast">The order of the dimensions in memory.</param>
internal readonly record struct TensorMemory(nint Data, bool ChannelsLast);

/// <summary>
/// The memory of an operator's weights, <c>[C, taps]</c>, <c>[C]</c>, <c>[C]</c>, <c>[C]</c>; 0 for what it has not. Their type is the
/// signals' or the one that is computed in.
/// </summary>
internal readonly record struct OperatorMemory(StorageType Storage, nint Taps, nint Bias, nint Proj, nint ProjBias)
{
    internal bool IsAny => (Taps | Bias | Proj | ProjBias) != 0;
}

/// <summary>One call of a kernel: the geometry, and the memory that it reads and writes.</summary>
internal sealed record KernelCall
{
    internal required KernelTask Task { get; init; }

    internal required Geometry Geometry { get; init; }

    /// <summary>The type of the elements of all tensors but the operators' weights.</summary>
    internal required StorageType Storage { get; init; }

    /// <summary>The operators' weights.</summary>
    internal required OperatorMemory[] Operators { get; init; }

    /// <summary>The whole signal: what a down-pool reads and an up-pool writes.</summary>
    internal TensorMemory Signal { get; init; }

    /// <summary>The bands that an up-pool reads.</summary>
    internal TensorMemory[] Bands { get; init; } = [];

    /// <summary>
    /// The samples of odd lengths that took no part, which an up-pool puts back: for each axis, horizontal first; 0 for none.
    /// </summary>
    internal TensorMemory[] Cropped { get; init; } = [];

    /// <summary>What a down-pool writes.</summary>
    internal BandSink[] Sinks { get; init; } = [];

    /// <summary>
    /// The bands that have to be right, or whose gradients there are, as a bit mask; the others' samples may hold anything.
    /// </summary>
    internal int NeededBands { get; init; } = ~0;

    /// <summary>The gradients of what a down-pool wrote; those that are undefined are left out.</summary>
    internal BandSink[] SinkGradients { get; init; } = [];

    /// <summary>The gradient of the signal: what a down-pool's gradient writes and an up-pool's reads; 0 if nobody wants it.</summary>
    internal TensorMemory SignalGradient { get; init; }

    /// <summary>The gradients of the bands, which an up-pool's gradient writes; none if nobody wants them.</summary>
    internal TensorMemory[] BandGradients { get; init; } = [];

    /// <summary>The gradients of the operators' weights; 0 for those that nobody wants.</summary>
    internal OperatorMemory[] WeightGradients { get; init; } = [];

    /// <summary>
    /// The address of <c>[chosen bands, channels]</c>, for the gradient of a learned reduction's factors; 0 if nobody wants it.
    /// </summary>
    internal nint GainGradients { get; init; }

    /// <summary>How many bands a learned reduction weighs.</summary>
    internal int Gains { get; init; }

    /// <summary>
    /// The address of the sums of squares that the penalties are made of, <c>[items, channel blocks, terms, 2]</c> doubles:
    /// of s - xo and of d for each 1-D step; 0 if nobody collects them.
    /// </summary>
    internal nint PenaltySums { get; init; }

    /// <summary>
    /// For each item and term, the factors by which s - xo and d enter the gradient, <c>[items, terms, 2]</c>; null without penalties.
    /// </summary>
    internal double[]? PenaltyFactors { get; init; }

    /// <summary>Which of c_u and c_p have a gradient: 0 times an infinite sample would be NaN.</summary>
    internal (bool OfUpdate, bool OfPredict) Penalized { get; init; }

    /// <summary>Whether each result comes of the samples that a step reads for it: nothing is summed over a plane.</summary>
    internal bool IsLocal => (Task is KernelTask.Down or KernelTask.Up) && !HasPenalties && Geometry.Dense == DenseWindow.None;

    internal bool HasPenalties => PenaltySums != 0 || PenaltyFactors is not null;

    /// <summary>Whether somebody wants a gradient of one of the step's weights.</summary>
    internal bool Learns(int step) => WeightGradients.Length > 0 && WeightGradients[step].IsAny;

    /// <summary>Whether there are sums over items: gradients of weights, or of a learned reduction's factors.</summary>
    internal bool HasWeightSums
    {
        get
        {
            var any = GainGradients != 0;
            for (var k = 0; k < Geometry.Steps.Length; k++)
            {
                any |= Learns(k);
            }

            return any;
        }
    }
}

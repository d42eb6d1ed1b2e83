namespace LiftPool.Kernels;

/// <summary>A block of channels of one item, side by side in the lanes.</summary>
internal readonly record struct ChannelBlock(int Item, int FirstChannel);

/// <summary>What the stages of a worker share: the call, and the block of channels in work.</summary>
internal sealed unsafe class PassContext<V, T>(KernelCall call, Arena arena)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    internal KernelCall Call => call;

    internal Geometry Geometry => call.Geometry;

    internal Arena Arena => arena;

    /// <summary>The coefficients of tanh.</summary>
    internal V* TanhTerms { get; } = NewTerms(arena);

    internal ChannelBlock Block { get; set; }

    /// <summary>The block that this worker may well be given after it, to fetch meanwhile.</summary>
    internal ChannelBlock Next { get; set; }

    /// <summary>The block's packed weights.</summary>
    internal V* Weights { get; set; }

    /// <summary>The sums of the weights' gradients; null if nobody wants any.</summary>
    internal WeightSums<V, T>? Sums { get; set; }

    internal PackedWeights<V> WeightsOf(int step) => new(Weights + Geometry.WeightOffset(step), Geometry.Steps[step].Taps);

    private static V* NewTerms(Arena arena)
    {
        var terms = arena.Take<V>(Activation.TermCount);
        if (!arena.IsMeasuring)
        {
            Activation.StoreTerms<V, T>(terms);
        }

        return terms;
    }
}

namespace LiftPool.Kernels;

/// <summary>
/// An operator's weights for one block of channels, a vector each: the taps, then the convolution's bias, the
/// projection and its bias; zeros where the operator has no bias. Gradients are laid out the same.
/// </summary>
internal readonly unsafe struct PackedWeights<V>(V* memory, int count)
    where V : unmanaged
{
    internal int Count => count;

    internal V* Taps => memory;

    internal V* Bias => memory + count;

    internal V* Proj => memory + count + 1;

    internal V* ProjBias => memory + count + 2;
}

/// <summary>Sizes of <see cref="PackedWeights{V}"/>.</summary>
internal static class PackedWeights
{
    /// <summary>How many vectors an operator of so many taps takes.</summary>
    internal static int Size(int taps) => taps + 3;
}

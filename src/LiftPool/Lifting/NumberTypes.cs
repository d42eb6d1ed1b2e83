namespace LiftPool.Lifting;

/// <summary>In which types a layer computes: its own for float32 and float64, float32 for the half types.</summary>
/// <remarks>
/// Half types are rounded once, on the way out. In between they would lose a digit with each operation. A lossless scheme, one that rounds
/// its operators' outputs, changes its halves in float64: between the first step and the last a half may be larger than any band, of
/// CDF 9/7 by three times. What an operator reads may then be rounded to its own type; the inverse reads the same and rounds it alike.
/// </remarks>
internal static class NumberTypes
{
    /// <summary>The type in which the halves of a lossless scheme are changed.</summary>
    internal const ScalarType OfIntegers = ScalarType.Float64;

    /// <summary>The type in which operators and reductions compute.</summary>
    internal static ScalarType Computing(ScalarType dtype) => dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>The type in which the halves are changed.</summary>
    internal static ScalarType Carrying(ScalarType dtype, bool rounds) => rounds ? OfIntegers : Computing(dtype);

    /// <summary>The tensor in that type; it itself if it is in it already.</summary>
    internal static Tensor In(ScalarType dtype, Tensor x) => x.dtype == dtype ? x : x.to(dtype);

    /// <summary>
    /// A filter's weight for each channel. One that they share is in the computing type then, so that the channels' gradients are summed
    /// before they are rounded.
    /// </summary>
    internal static Tensor ForChannels(Tensor weight, long channels)
        => (weight.size(0) == channels ? weight : In(Computing(weight.dtype), weight)).expand(channels, 1, -1).contiguous();
}

namespace LiftPool.Kernels;

/// <summary>A tensor that a down-pool writes: one band as it is, or the weighted sum of several.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Channels">Its channels: more than the input's for a concatenation.</param>
/// <param name="FirstChannel">Where the band's channels begin in it.</param>
/// <param name="Bands">Which bands are summed, as a bit mask.</param>
/// <param name="Gains">The address of a factor for each of these bands and each channel, or 0.</param>
/// <param name="Scale">A factor for the sum; 1 for a single band.</param>
/// <param name="Magnitudes">Of which of these bands the absolute value is summed, as a bit mask.</param>
internal readonly record struct BandSink(
    TensorMemory Tensor,
    int Channels,
    int FirstChannel,
    int Bands,
    nint Gains,
    double Scale,
    int Magnitudes = 0)
{
    /// <summary>Whether it is one band as it is.</summary>
    internal bool IsBand => Gains == 0 && Scale == 1 && Magnitudes == 0 && int.IsPow2(Bands);
}

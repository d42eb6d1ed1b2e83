namespace LiftPool;

/// <summary>How a pool makes its output from the bands it was told to use.</summary>
public enum BandReduction
{
    /// <summary>The sum of the bands: the paper's choice and the default.</summary>
    Sum,

    /// <summary>The mean of the bands.</summary>
    Mean,

    /// <summary>
    /// The bands side by side along the channel axis, in the order LL, LH, HL, HH; the output has
    /// <c>bands * channels</c> channels.
    /// </summary>
    Concat,

    /// <summary>
    /// A weighted sum with one learned weight a band and channel: the parameter <c>gain</c> of shape
    /// <c>[bands, channels]</c>, which starts at 1 (and so at <see cref="Sum"/>).
    /// </summary>
    Learned,

    /// <summary>
    /// The approximation, if it is chosen, plus the absolute values of the other chosen bands. Where what matters is how much detail
    /// there is, as in textures, a signed sum cancels it. The gradient at 0 is 0, as torch's <c>abs</c> has it.
    /// </summary>
    Magnitude,

    /// <summary>
    /// As <see cref="Magnitude"/>, weighted: one learned weight for each band and channel, the parameter <c>gain</c> of shape
    /// <c>[bands, channels]</c>, which starts at 1.
    /// </summary>
    LearnedMagnitude,
}

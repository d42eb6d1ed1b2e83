namespace LiftPool;

/// <summary>
/// The classic wavelets that <see cref="LiftingScheme.Wavelet"/> builds as lifting schemes. Their coefficients are those of
/// PyWavelets' <c>dwt</c>, by the name given with each.
/// </summary>
/// <remarks>
/// CDF (A. Cohen, I. Daubechies and J.-C. Feauveau, 1992) are biorthogonal, with symmetric filters: 5/3 and 9/7 by the
/// lengths of their analysis filters, the others by vanishing moments. The steps: I. Daubechies and W. Sweldens, "Factoring Wavelet
/// Transforms into Lifting Steps", 1998.
/// </remarks>
public enum Wavelet
{
    /// <summary>Sum and difference of two neighbours; <c>haar</c>.</summary>
    Haar,

    /// <summary>Predicts with the mean of both neighbours: lines leave no detail. JPEG 2000's reversible one; <c>bior2.2</c>.</summary>
    Cdf53,

    /// <summary>Four steps; JPEG 2000's lossy one; <c>bior4.4</c>.</summary>
    Cdf97,

    /// <summary>As 5/3 with an update of four taps; <c>bior2.4</c>.</summary>
    Cdf24,

    /// <summary>As 5/3 with an update of six taps; <c>bior2.6</c>.</summary>
    Cdf26,

    /// <summary>Haar with an update of three taps; <c>bior1.3</c>.</summary>
    Cdf13,

    /// <summary>Haar with an update of five taps; <c>bior1.5</c>.</summary>
    Cdf15,

    /// <summary>Daubechies' orthogonal wavelet of four taps and two vanishing moments; starts with an update; <c>db2</c>.</summary>
    D4,
}

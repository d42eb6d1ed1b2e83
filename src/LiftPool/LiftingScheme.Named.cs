using LiftPool.Lifting;

namespace LiftPool;

/// <content>The schemes that have a name.</content>
public sealed partial class LiftingScheme
{
    /// <summary>A classic wavelet: <c>new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Haar), Bands2d.LL)</c> is wavelet pooling.</summary>
    /// <param name="wavelet">Which.</param>
    /// <param name="learnable">
    /// Whether its taps are parameters, to be learned from there. The inverse stays exact whatever they become.
    /// </param>
    /// <param name="channels">
    /// With it each channel has filters of its own, <c>[C, 1, taps]</c>; without, all share one, <c>[1, 1, taps]</c>, and any number of
    /// channels is accepted.
    /// </param>
    /// <param name="lossless">
    /// Whether each step rounds its operator's output to an integer, <c>floor(v)</c> to predict and <c>floor(v + 1/2)</c> to update, and
    /// both gains are 1. Integers then give integers and come back bit for bit, whatever path of computation each half takes. A band with
    /// an integer beyond those that its dtype holds (float16 2,048, float32 2^24, float64 2^53) is an ArgumentException; bfloat16, which
    /// ends at 256, is refused. Of <see cref="LiftPool.Wavelet.Cdf53"/> it is JPEG 2000's reversible transform. Gradients go through the
    /// rounding as if it were not there.
    /// </param>
    /// <param name="padding_mode">
    /// What stands beyond the ends of a half-signal. Default: its last sample, with which 5/3 and 9/7 see the signal mirrored.
    /// </param>
    /// <param name="device">Where the taps live. Default: TorchSharp's default device.</param>
    /// <param name="dtype">The type of the taps and of the signals. Default: TorchSharp's default type.</param>
    /// <remarks>
    /// <para><c>s</c> and <c>d</c> are PyWavelets' <c>cA</c> and <c>cD</c>. Those of <see cref="LiftPool.Wavelet.Haar"/>, Cdf13 and Cdf15
    /// are those of <c>dwt(x)</c>. The others have their detail at the first sample, not at the second: theirs are those of <c>dwt</c> of
    /// the signal delayed by one sample, and <c>cA</c> begins one later. Circular padding is its <c>periodization</c>.</para>
    /// <para>Penalties (c_u, c_p) are taken before the gains. Give <paramref name="dtype"/> rather than move a fixed scheme to a finer type
    /// later: its taps would keep the digits that they have.</para>
    /// <para>A lossless scheme is for integers. The inverse of other numbers can be off by 1: an error in the last digit may round them
    /// the other way.</para>
    /// <para>Source: I. Daubechies and W. Sweldens, "Factoring Wavelet Transforms into Lifting Steps", J. Fourier Anal. Appl. 4, 1998;
    /// the rounding: A. Calderbank et al., "Wavelet Transforms That Map Integers to Integers", 1998, and ISO/IEC 15444-1 Annex F.</para>
    /// </remarks>
    /// <returns>A scheme that no pool owns yet.</returns>
    /// <exception cref="ArgumentException">
    /// No such wavelet or padding, no channel, or a dtype that is no real floating-point type.
    /// </exception>
    public static LiftingScheme Wavelet(
        Wavelet wavelet,
        bool learnable = false,
        long? channels = null,
        bool lossless = false,
        PaddingModes padding_mode = PaddingModes.Replicate,
        Device? device = null,
        ScalarType? dtype = null)
    {
        var (approximationGain, detailGain, filters) = WaveletSteps.Of(wavelet);
        var settings = OperatorSettings.Checked(
            nameof(LiftingScheme), channels ?? 1, kernel_size: 1, null, null, bias: false, padding_mode, device, dtype, tanh: false);
        FilterOperator NewFilter(double[] taps) => settings.NewFilter(taps, shared: channels is null, learnable);
        var steps = Array.ConvertAll(filters, filter => NewStep(filter.Kind, NewFilter(filter.Taps), lossless));
        return lossless ? new(steps) : new(steps, approximationGain, detailGain);
    }

    /// <summary>
    /// Max-lifting, <c>P(x) = x</c> and <c>U(d) = max(0, d)</c>: <c>s = xe + max(0, xo - xe)</c> is the larger of the pair, so LL is
    /// MaxPool's output, and the details restore the rest. The start at which a network trained with MaxPool stays what it was.
    /// </summary>
    /// <param name="learnable">
    /// Whether its weights are parameters, to be learned from there: P's taps; U's taps and the factor after its ReLU.
    /// </param>
    /// <param name="channels">
    /// With it each channel has weights of its own; without, all share them, and any number of channels is accepted.
    /// </param>
    /// <param name="kernel_size">The operators' taps: odd. All but the middle one begin at 0, so more than one is of use to learn.</param>
    /// <param name="padding_mode">What stands beyond the ends of a half-signal.</param>
    /// <param name="device">Where the weights live. Default: TorchSharp's default device.</param>
    /// <param name="dtype">The type of the weights and of the signals. Default: TorchSharp's default type.</param>
    /// <remarks>
    /// <para>LL is within <c>2 * axes * eps</c> of the largest magnitude in the input: 1 beside -1e8 comes out as 0 in float32. NaN in a
    /// window gives NaN, as MaxPool does. An infinity may give NaN: <c>inf - inf</c> has no value. The gradient of a tie goes to the second
    /// sample, MaxPool's to the first.</para>
    /// <para>Source: H. Heijmans and J. Goutsias, "Nonlinear Multiresolution Signal Decomposition Schemes II: Morphological Wavelets",
    /// IEEE Trans. Image Processing 9, 2000.</para>
    /// </remarks>
    /// <returns>A scheme that no pool owns yet.</returns>
    /// <exception cref="ArgumentException">An argument is out of its range.</exception>
    public static LiftingScheme MaxLifting(
        bool learnable = false,
        long? channels = null,
        long kernel_size = 1,
        PaddingModes padding_mode = PaddingModes.Replicate,
        Device? device = null,
        ScalarType? dtype = null)
    {
        var settings = OperatorSettings.Checked(
            nameof(LiftingScheme), channels ?? 1, kernel_size, null, null, bias: false, padding_mode, device, dtype, tanh: false);
        var (taps, shared) = (MiddleTap(kernel_size, 1), channels is null);
        return new([
            LiftingStep.Predict(settings.NewFilter(taps, shared, learnable)),
            LiftingStep.Update(settings.NewRectified(taps, factor: 1, shared, learnable)),
        ]);
    }

    /// <summary>
    /// The mean, <c>P(x) = x</c> and <c>U(d) = d/2</c>: <c>s = (xo + xe) / 2</c>, so LL is AvgPool's output, and the details restore the
    /// rest. It is Haar's wavelet with other gains.
    /// </summary>
    /// <inheritdoc cref="MaxLifting" path="/param"/>
    /// <returns>A scheme that no pool owns yet.</returns>
    /// <exception cref="ArgumentException">An argument is out of its range.</exception>
    public static LiftingScheme Mean(
        bool learnable = false,
        long? channels = null,
        long kernel_size = 1,
        PaddingModes padding_mode = PaddingModes.Replicate,
        Device? device = null,
        ScalarType? dtype = null)
    {
        var settings = OperatorSettings.Checked(
            nameof(LiftingScheme), channels ?? 1, kernel_size, null, null, bias: false, padding_mode, device, dtype, tanh: false);
        return new([
            LiftingStep.Predict(settings.NewFilter(MiddleTap(kernel_size, 1), channels is null, learnable)),
            LiftingStep.Update(settings.NewFilter(MiddleTap(kernel_size, 0.5), channels is null, learnable)),
        ]);
    }

    private static double[] MiddleTap(long kernelSize, double tap)
    {
        var taps = new double[kernelSize];
        taps[kernelSize / 2] = tap;
        return taps;
    }
}

namespace LiftPool.Lifting;

/// <summary>
/// A wavelet's steps as filters, and its gains. A filter's middle tap meets the sample of the same index: of the even half,
/// <c>x[2n + 1]</c> for the detail at <c>x[2n]</c>; so the neighbour before a detail is one tap to the left.
/// </summary>
internal sealed record WaveletSteps(double ApproximationGain, double DetailGain, params (StepKind Kind, double[] Taps)[] Steps)
{
    private static readonly double Root2 = Math.Sqrt(2);
    private static readonly double Root3 = Math.Sqrt(3);

    // Halves the sum of both neighbours.
    private static readonly (StepKind, double[]) Line = (StepKind.Predict, [0.5, 0.5, 0]);

    internal static WaveletSteps Of(Wavelet wavelet) => wavelet switch
    {
        Wavelet.Haar => new(Root2, 1 / Root2, (StepKind.Predict, [1]), (StepKind.Update, [0.5])),
        Wavelet.Cdf13 => new(Root2, 1 / Root2, (StepKind.Predict, [1]), (StepKind.Update, Over(16, -1, 8, 1))),
        Wavelet.Cdf15 => new(Root2, 1 / Root2, (StepKind.Predict, [1]), (StepKind.Update, Over(256, 3, -22, 128, 22, -3))),
        Wavelet.Cdf53 => new(Root2, -1 / Root2, Line, (StepKind.Update, Over(4, 0, 1, 1))),
        Wavelet.Cdf24 => new(Root2, -1 / Root2, Line, (StepKind.Update, Over(64, 0, -3, 19, 19, -3))),
        Wavelet.Cdf26 => new(Root2, -1 / Root2, Line, (StepKind.Update, Over(512, 0, 5, -39, 162, 162, -39, 5))),
        Wavelet.Cdf97 => Cdf97(),
        Wavelet.D4 => new(
            (3 - Root3) / Root2,
            (3 + Root3) / (3 * Root2),
            (StepKind.Update, [1 / Root3]),
            (StepKind.Predict, [(6 - (3 * Root3)) / 4, Root3 / 4, 0]),
            (StepKind.Update, Over(3, 0, 0, 1))),
        _ => throw Errors.Wrong(nameof(LiftingScheme), "a wavelet of the enum", $"{wavelet}", nameof(wavelet)),
    };

    // Daubechies and Sweldens, section 7.7, whose first predict step adds where ours subtracts. To all digits: they are made
    // of the roots of the polynomial from which the filters come.
    private static WaveletSteps Cdf97()
    {
        const double Alpha = -1.5861343420599235;
        const double Beta = -0.05298011857296141;
        const double Gamma = 0.8829110755309333;
        const double Delta = 0.4435068520439711;
        const double Gain = 1.1496043988602418;
        return new(
            Gain,
            -1 / Gain,
            (StepKind.Predict, [-Alpha, -Alpha, 0]),
            (StepKind.Update, [0, Beta, Beta]),
            (StepKind.Predict, [-Gamma, -Gamma, 0]),
            (StepKind.Update, [0, Delta, Delta]));
    }

    private static double[] Over(double divisor, params double[] numerators)
        => Array.ConvertAll(numerators, numerator => numerator / divisor);
}

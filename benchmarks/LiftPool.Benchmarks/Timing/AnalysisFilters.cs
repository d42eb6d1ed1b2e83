namespace LiftPool.Benchmarks;

/// <summary>The filters that a wavelet's lifting steps amount to, both over the same samples.</summary>
/// <param name="Low">The taps of the approximation.</param>
/// <param name="High">The taps of the detail.</param>
/// <param name="First">Which sample the first tap meets, counted from <c>x[2n]</c> for the coefficients of index n.</param>
internal sealed record AnalysisFilters(double[] Low, double[] High, int First)
{
    // The ends are out of reach of every wavelet's filter around the middle.
    private const int Samples = 64;
    private const int Middle = Samples / 4;

    // Where steps cancel they leave a rounding error, not a tap.
    private const double LeastTap = 1e-12;

    /// <summary>The samples beyond each end of a signal that the first and the last coefficient of an axis see.</summary>
    public (int Before, int After) Beyond => (Math.Max(0, -First), Math.Max(0, First + Low.Length - 2));

    /// <summary>Read off what the scheme itself makes of unit impulses, one at each sample.</summary>
    public static AnalysisFilters Of(Wavelet wavelet)
    {
        using var scope = NewDisposeScope();
        using var scheme = LiftingScheme.Wavelet(wavelet, dtype: ScalarType.Float64);
        var (s, d) = scheme.lift(eye(Samples, dtype: ScalarType.Float64).unsqueeze(1));
        var (low, high) = (Responses(s), Responses(d));
        int[] taps = [.. Enumerable.Range(0, Samples).Where(sample => Math.Abs(low[sample]) > LeastTap || Math.Abs(high[sample]) > LeastTap)];
        var support = taps[0]..(taps[^1] + 1);
        return new AnalysisFilters(low[support], high[support], taps[0] - (2 * Middle));
    }

    private static double[] Responses(Tensor coefficients) => coefficients.select(-1, Middle).flatten().contiguous().data<double>().ToArray();
}

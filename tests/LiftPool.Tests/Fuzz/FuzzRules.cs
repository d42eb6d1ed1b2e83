namespace LiftPool.Tests;

/// <summary>Which of the calls that are drawn have no answer: written from the contract, not from the checks of the library.</summary>
internal static class FuzzRules
{
    /// <summary>Whether a pool takes an input with these spatial lengths.</summary>
    internal static bool Takes(FuzzPool pool, FuzzScheme scheme, IReadOnlyList<long> lengths)
    {
        for (var i = 0; i < lengths.Count; i++)
        {
            var isLifted = pool.LiftedDims.Contains(i + 2);
            if (lengths[i] < 1 || (isLifted && !TakesHalf(scheme, BandLength(pool, lengths[i]))))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The length of a half of a lifted axis.</summary>
    internal static long BandLength(FuzzPool pool, long length)
        => (length - (pool.DenseMax == DenseMax.Valid ? 1 : 0) + (pool.Ceil ? 1 : 0)) / 2;

    /// <summary>Whether the operators can pad a half-signal of this length.</summary>
    internal static bool TakesHalf(FuzzScheme scheme, long length)
    {
        if (length < 1)
        {
            return false;
        }

        var margin = Margins(scheme).DefaultIfEmpty(0).Max();
        return scheme.Padding switch
        {
            PaddingModes.Reflect => margin < length,
            PaddingModes.Circular => margin <= length,
            _ => true,
        };
    }

    private static IEnumerable<long> Margins(FuzzScheme scheme) => scheme.Kind switch
    {
        FuzzSchemeKind.Wavelet => [scheme.Wavelet switch
        {
            Wavelet.Haar => 0,
            Wavelet.Cdf15 or Wavelet.Cdf24 => 2,
            Wavelet.Cdf26 => 3,
            _ => 1,
        }],
        FuzzSchemeKind.Steps => scheme.Steps.Select(step => step.Operator switch
        {
            FuzzOperatorKind.Learned => scheme.KernelSize / 2,
            FuzzOperatorKind.Own => 0,
            _ => step.Taps.Length / 2,
        }),
        _ => [scheme.KernelSize / 2],
    };
}

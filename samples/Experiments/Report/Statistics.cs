using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace Experiments;

/// <summary>Mean and standard deviation of runs that differ in their seed.</summary>
internal sealed record Summary(int Count, double Mean, double Deviation)
{
    public static Summary Of(IReadOnlyCollection<double> values)
        => new(values.Count, values.Mean(), values.Count > 1 ? values.StandardDeviation() : double.NaN);
}

/// <summary>What a comparison of two variants over the same seeds says.</summary>
internal enum Verdict
{
    /// <summary>The interval holds zero, or there are too few seeds.</summary>
    Undecided,

    Higher,
    Lower,
}

/// <summary>
/// The mean of differences between runs of one seed, with its 95 % interval by Student's t: <c>mean +- t(0.975, n - 1) sd / sqrt(n)</c>.
/// </summary>
internal sealed record PairedDifference(int Count, double Mean, double HalfWidth)
{
    /// <summary>With fewer seeds nothing is decided.</summary>
    public const int EnoughSeeds = 5;

    public Verdict Verdict
        => Count < EnoughSeeds || double.IsNaN(HalfWidth) || Math.Abs(Mean) <= HalfWidth ? Verdict.Undecided
            : Mean > 0 ? Verdict.Higher : Verdict.Lower;

    /// <param name="values">By seed.</param>
    /// <param name="reference">By seed; seeds that only one side has are left out.</param>
    public static PairedDifference? Of(IReadOnlyDictionary<int, double> values, IReadOnlyDictionary<int, double> reference)
    {
        double[] differences = [.. values.Where(one => reference.ContainsKey(one.Key)).Select(one => one.Value - reference[one.Key])];
        if (differences.Length == 0)
        {
            return null;
        }

        var halfWidth = differences.Length == 1
            ? double.NaN
            : StudentT.InvCDF(0, 1, differences.Length - 1, 0.975) * differences.StandardDeviation() / Math.Sqrt(differences.Length);
        return new PairedDifference(differences.Length, differences.Mean(), halfWidth);
    }
}

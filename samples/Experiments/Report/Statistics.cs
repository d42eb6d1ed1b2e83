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
/// The mean of differences between runs of one seed, with an interval by Student's t: <c>mean +- t(1 - level / 2, n - 1) sd / sqrt(n)</c>.
/// </summary>
/// <param name="Count">n, the number of pairs.</param>
/// <param name="StandardError"><c>sd / sqrt(n)</c>; no number for one pair.</param>
internal sealed record PairedDifference(int Count, double Mean, double StandardError)
{
    /// <summary>With fewer seeds nothing is decided.</summary>
    public const int EnoughSeeds = 5;

    /// <summary>How often, at most, any difference of a table is called decided where there is none.</summary>
    public const double FamilyLevel = 0.05;

    /// <summary>How often this interval misses the truth.</summary>
    public double Level { get; init; } = FamilyLevel;

    public double HalfWidth => Count < 2 ? double.NaN : StudentT.InvCDF(0, 1, Count - 1, 1 - (Level / 2)) * StandardError;

    /// <summary>How probable so large a mean is where there is no difference; 1 for one pair.</summary>
    public double Probability
        => Count < 2 ? 1
            : StandardError == 0 ? (Mean == 0 ? 1 : 0)
            : 2 * StudentT.CDF(0, 1, Count - 1, -Math.Abs(Mean) / StandardError);

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

        var error = differences.Length == 1 ? double.NaN : differences.StandardDeviation() / Math.Sqrt(differences.Length);
        return new PairedDifference(differences.Length, differences.Mean(), error);
    }

    /// <summary>
    /// The same differences with levels by Holm's method, so that the chance that any of them is bold without cause is at most
    /// <see cref="FamilyLevel"/>, however many they are.
    /// </summary>
    /// <remarks>
    /// Of m, the one least like chance has the level 0.05 / m, the next 0.05 / (m - 1) and so on up to the first that is undecided; those
    /// that follow have its level and, more like chance, are undecided as well. Those of too few seeds are not among the m. S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scand. J. Statistics 6, 1979.
    /// </remarks>
    public static IReadOnlyList<PairedDifference?> Holm(IReadOnlyList<PairedDifference?> family)
    {
        var corrected = family.ToArray();
        var tested = corrected.Index().Where(one => one.Item?.Count >= EnoughSeeds).OrderBy(one => one.Item!.Probability).Select(one => one.Index).ToArray();
        var level = FamilyLevel / Math.Max(1, tested.Length);
        var allDecided = true;
        foreach (var (rank, at) in tested.Index())
        {
            level = allDecided ? FamilyLevel / (tested.Length - rank) : level;
            corrected[at] = corrected[at]! with { Level = level };
            allDecided &= corrected[at]!.Verdict != Verdict.Undecided;
        }

        return [.. corrected.Select(one => one?.Count < EnoughSeeds ? one with { Level = level } : one)];
    }
}

using System.Globalization;

namespace Quickstart;

/// <summary>What runs say about the difference between two kinds of network.</summary>
internal static class Difference
{
    private const int Percent = 100;

    /// <summary>One line: the mean and the range of the runs' differences, or why there is nothing to compare.</summary>
    public static string Of(Runs reference, Runs other)
    {
        double[] points = [.. other.Accuracies.Zip(reference.Accuracies, (ours, theirs) => Percent * (ours - theirs))];
        if (points.Length < 2)
        {
            return "One run of each says nothing about a difference.";
        }

        var (least, most) = (points.Min(), points.Max());
        var verdict = least > 0 ? $"{other.Name} is ahead in each"
            : most < 0 ? $"{reference.Name} is ahead in each"
            : "they do not agree which is ahead";
        var average = $"{Signed(points.Average())} points on average of {points.Length} runs";
        return $"{other.Name} less {reference.Name}: {average}, from {Signed(least)} to {Signed(most)}; {verdict}.";
    }

    private static string Signed(double points) => points.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);
}

/// <summary>The accuracies of one kind of network, run by run: run i of every kind has the same seed.</summary>
internal sealed record Runs(string Name, IReadOnlyList<double> Accuracies);

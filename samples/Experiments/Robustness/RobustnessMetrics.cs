using System.Globalization;

namespace Experiments;

/// <summary>The names of what a run measures.</summary>
internal static class RobustnessMetrics
{
    private const string ErrorPrefix = "error: ";
    private const string FlipsPrefix = "flips: ";

    /// <summary>The share of images as they are that are classified wrongly.</summary>
    public const string CleanError = $"{ErrorPrefix}clean";

    /// <summary>See <see cref="Experiments.ShiftConsistency"/>.</summary>
    public const string ShiftConsistency = "shift consistency";

    /// <summary>The share of wrongly classified images, the mean over a corruption's severities.</summary>
    public static string Error(string corruption) => ErrorPrefix + corruption;

    /// <summary>The share at one severity.</summary>
    public static string Error(string corruption, int severity)
        => string.Create(CultureInfo.InvariantCulture, $"{ErrorPrefix}{corruption} {severity}");

    /// <summary>The flip probability of a perturbation.</summary>
    public static string Flips(string perturbation) => FlipsPrefix + perturbation;

    /// <summary>The corruptions whose mean errors are among these names.</summary>
    public static IEnumerable<string> Corruptions(IEnumerable<string> names)
        => Without(ErrorPrefix, names.Where(name => name != CleanError && name is not [.., >= '0' and <= '9']));

    /// <summary>The perturbations whose flip probabilities are among these names.</summary>
    public static IEnumerable<string> Perturbations(IEnumerable<string> names) => Without(FlipsPrefix, names);

    private static IEnumerable<string> Without(string prefix, IEnumerable<string> names)
        => names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]);
}

namespace Experiments;

/// <summary>What an experiment does if it is told nothing else.</summary>
/// <param name="DataFolder">Beside the program.</param>
/// <param name="Examples">What its examples are called.</param>
/// <param name="Variants">All that it has.</param>
internal sealed record Defaults(
    string DataFolder, string DataDescription, string Examples, Size Size, Size QuickSize,
    IReadOnlyList<string> Variants, IReadOnlyList<string> QuickVariants)
{
    /// <summary>Those that run if none are named; null for all.</summary>
    public IReadOnlyList<string>? UsualVariants { get; init; }

    /// <summary>What <c>--depth</c> says of its network, and the deepest there is; null if it cannot be made deeper.</summary>
    public (string Says, int Most)? Depth { get; init; }
}

/// <summary>Numbers of examples, and how often they are seen.</summary>
internal sealed record Size(int Train, int Validation, int Test, int Epochs);

/// <summary>What to run.</summary>
internal sealed record Plan(Settings Settings, IReadOnlyList<string> Variants, int FirstSeed, int Seeds, int AtATime)
{
    /// <summary>Seed by seed, so that an early stop leaves whole comparisons.</summary>
    public IReadOnlyList<Job> Jobs(string experiment)
        => [.. Enumerable.Range(FirstSeed, Seeds).SelectMany(seed => Variants.Distinct().Select(variant => new Job(experiment, variant, seed, Settings)))];
}

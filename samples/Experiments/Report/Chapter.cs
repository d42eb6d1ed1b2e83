namespace Experiments;

/// <summary>What the report says of one experiment.</summary>
/// <param name="Experiment">Its name, which its files have.</param>
internal sealed record Chapter(string Experiment, string Title, IReadOnlyList<Question> Questions, IReadOnlyList<Claim> Claims)
{
    /// <summary>The measurements as the tables want them, made of those in the file.</summary>
    public Func<IReadOnlyList<Measurement>, IReadOnlyList<Measurement>> Derived { get; init; } = measured => measured;

    /// <summary>Draws into the folder and names what it drew.</summary>
    public Func<string, Measurements, IReadOnlyList<CurvePoint>, IReadOnlyList<(string Title, string File)>> Pictures { get; init; } = (_, _, _) => [];
}

namespace Experiments;

/// <summary>What the report says of one experiment.</summary>
/// <param name="Experiment">Its name, which its files have.</param>
internal sealed record Chapter(string Experiment, string Title, IReadOnlyList<Question> Questions, IReadOnlyList<Claim> Claims)
{
    public IReadOnlyList<Ranking> Rankings { get; init; } = [];

    /// <summary>The measurements as the tables want them, made of those in the file.</summary>
    public Func<IReadOnlyList<Measurement>, IReadOnlyList<Measurement>> Derived { get; init; } = measured => measured;

    /// <summary>Draws and names what it drew.</summary>
    public Func<Drawing, IReadOnlyList<(string Title, string File)>> Pictures { get; init; } = _ => [];
}

/// <summary>What pictures are made of, and where they go.</summary>
/// <param name="Output">The folder of the results.</param>
/// <param name="Folder">That of the pictures.</param>
internal sealed record Drawing(string Output, string Folder, Measurements Measurements, IReadOnlyList<CurvePoint> Curves)
{
    private readonly List<(string Title, string File)> drawn = [];

    public IReadOnlyList<(string Title, string File)> Drawn => drawn;

    /// <summary>Adds a picture that is there, or is drawn.</summary>
    /// <param name="draw">Gets the file's path and says whether there was anything to draw.</param>
    public Drawing Add(string title, string name, Func<string, bool> draw)
    {
        var file = Path.Combine(Folder, name);
        if (draw(file))
        {
            drawn.Add((title, file));
        }

        return this;
    }

    public Drawing AddBars(string title, string name, string reference, IEnumerable<string> variants, Metric metric)
        => Add(title, name, file => Charts.Differences(file, title, reference, variants, metric, Measurements));

    public Drawing AddCurves(string name, Metric score, IReadOnlyList<string> variants)
        => Add("Training curves", name, file => Charts.Curves(file, "Training curves", score, variants, Curves));
}

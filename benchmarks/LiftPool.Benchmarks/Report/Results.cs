namespace LiftPool.Benchmarks;

/// <summary>What was measured on one shape: by the side's name, median seconds of a call, or bytes.</summary>
/// <param name="Shape">The input.</param>
/// <param name="Path">The path that our forward took.</param>
/// <param name="Parts">Each part's sides.</param>
internal sealed record ShapeResult(Shape Shape, string Path, Dictionary<Part, Dictionary<string, double>> Parts)
{
    public Dictionary<string, double> Of(Part part) => Parts[part];

    /// <summary>null if one of the two was not measured.</summary>
    public static double? Ratio(Dictionary<string, double> measured, string side, string against)
        => measured.TryGetValue(side, out var one) && measured.TryGetValue(against, out var other) && double.IsFinite(one / other)
            ? one / other
            : null;
}

/// <summary>Everything that one run measured.</summary>
/// <param name="Shapes">A shape each.</param>
/// <param name="Cells">The targets beyond those of the shapes.</param>
/// <param name="Wavelets">Of each wavelet, the median seconds of the calls of a <see cref="WaveletContest"/> on the first shape.</param>
/// <param name="Steps">Median seconds of a training step of the small VGG, by the pool's name.</param>
/// <param name="Peaks">Memory of a training step.</param>
/// <param name="Floor">What the machine could do at best.</param>
/// <param name="Load">How busy the machine was before the run, if it says so.</param>
/// <param name="Elapsed">How long the run took.</param>
internal sealed record Results(
    IReadOnlyList<ShapeResult> Shapes,
    IReadOnlyList<CellResult> Cells,
    Dictionary<Wavelet, Dictionary<string, double>> Wavelets,
    Dictionary<string, double> Steps,
    Dictionary<PoolKind, PeakMemory?> Peaks,
    Floor Floor,
    string? Load,
    TimeSpan Elapsed)
{
    public ShapeResult First => Shapes.First(one => one.Shape == Shape.First);
}

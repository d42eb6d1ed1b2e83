namespace LiftPool.Benchmarks;

/// <summary>What was measured on one shape: median seconds of a call, by the side's name.</summary>
/// <param name="Shape">The input.</param>
/// <param name="Path">The path that our forward took.</param>
/// <param name="Forward">Without gradients.</param>
/// <param name="Training">Forward + backward.</param>
/// <param name="Up">The way up, and the way down beside it.</param>
/// <param name="Kernels">Our forward on each path.</param>
/// <param name="Alive">Bytes between forward and backward, beyond the input.</param>
internal sealed record ShapeResult(
    Shape Shape,
    string Path,
    Dictionary<string, double> Forward,
    Dictionary<string, double> Training,
    Dictionary<string, double> Up,
    Dictionary<string, double> Kernels,
    Dictionary<string, long?> Alive)
{
    public double? ForwardAgainst(PoolKind kind) => Ratio(Forward, Pools.Title(PoolKind.Lift), Pools.Title(kind));

    public double? TrainingAgainst(PoolKind kind) => Ratio(Training, Pools.Title(PoolKind.Lift), Pools.Title(kind));

    public double? AliveAgainstMax => Alive[Pools.Title(PoolKind.Max)] is > 0 and var max ? (double?)Alive[Pools.Title(PoolKind.Lift)] / max : null;

    /// <summary>null if one of the two was not measured.</summary>
    public static double? Ratio(Dictionary<string, double> times, string side, string against)
        => times.TryGetValue(side, out var time) && times.TryGetValue(against, out var other) ? time / other : null;
}

/// <summary>Everything that one run measured.</summary>
/// <param name="Shapes">A shape each.</param>
/// <param name="Wavelets">Of each wavelet, the median seconds of the calls of a <see cref="WaveletContest"/> on the first shape.</param>
/// <param name="Steps">Median seconds of a training step of the small VGG.</param>
/// <param name="Peaks">Memory of a training step.</param>
/// <param name="Floor">What the machine could do at best.</param>
/// <param name="Load">How busy the machine was before the run, if it says so.</param>
/// <param name="Elapsed">How long the run took.</param>
internal sealed record Results(
    IReadOnlyList<ShapeResult> Shapes,
    Dictionary<Wavelet, Dictionary<string, double>> Wavelets,
    Dictionary<PoolKind, double> Steps,
    Dictionary<PoolKind, PeakMemory?> Peaks,
    Floor Floor,
    string? Load,
    TimeSpan Elapsed)
{
    public ShapeResult First => Shapes.First(one => one.Shape == Shape.First);
}

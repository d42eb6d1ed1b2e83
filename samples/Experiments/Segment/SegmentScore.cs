namespace Experiments;

/// <summary>What is measured of label maps: over all their pixels, and over those near a boundary of the truth.</summary>
/// <param name="classes">Labels are 0 to <paramref name="classes"/> - 1.</param>
/// <param name="width">Of a row of the maps.</param>
internal sealed class SegmentScore(int classes, int width)
{
    private const int BoundaryDistance = 2;

    /// <summary>Of all pixels.</summary>
    public ConfusionMatrix Everywhere { get; } = new(classes);

    /// <summary>Of the pixels that have one of another true label within two pixels.</summary>
    public ConfusionMatrix AtBoundaries { get; } = new(classes);

    /// <summary>Counts one scene.</summary>
    public void Add(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> given)
    {
        Everywhere.Add(truth, given);
        AtBoundaries.Add(truth, given, Trimap.NearBoundary(truth, width, BoundaryDistance));
    }
}

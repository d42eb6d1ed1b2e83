namespace Experiments;

/// <summary>How many pixels of each true class were given each class, and what follows from it.</summary>
/// <param name="classes">Labels are 0 to <paramref name="classes"/> - 1.</param>
internal sealed class ConfusionMatrix(int classes)
{
    // [true class, given class]
    private readonly long[,] counts = new long[classes, classes];

    /// <summary>Counts all pixels of a label map.</summary>
    public void Add(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> given)
    {
        for (var i = 0; i < truth.Length; i++)
        {
            counts[truth[i], given[i]]++;
        }
    }

    /// <summary>Counts those pixels of a label map that are <paramref name="chosen"/>.</summary>
    public void Add(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> given, ReadOnlySpan<bool> chosen)
    {
        for (var i = 0; i < truth.Length; i++)
        {
            if (chosen[i])
            {
                counts[truth[i], given[i]]++;
            }
        }
    }

    /// <summary>The share of pixels with the right label.</summary>
    public double Accuracy()
    {
        var all = counts.Cast<long>().Sum();
        var right = Enumerable.Range(0, classes).Sum(label => counts[label, label]);
        return (double)right / all;
    }

    /// <summary>
    /// The mean of <see cref="IoU"/> over the classes; a class that is in no truth and was never given has no part in it.
    /// </summary>
    public double MeanIoU() => Enumerable.Range(0, classes).Select(IoU).OfType<double>().Average();

    /// <summary>
    /// |truth and given| / |truth or given| of a class, the pixels of all maps counted together; null if it is in no truth and was never given.
    /// </summary>
    public double? IoU(int label)
    {
        var truth = Enumerable.Range(0, classes).Sum(other => counts[label, other]);
        var given = Enumerable.Range(0, classes).Sum(other => counts[other, label]);
        var both = counts[label, label];
        return truth + given > both ? (double)both / (truth + given - both) : null;
    }
}

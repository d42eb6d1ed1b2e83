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
    /// The mean over the classes of |truth and given| / |truth or given|, the pixels of all maps counted together;
    /// a class that is in no truth and was never given has no part in it.
    /// </summary>
    public double MeanIoU()
    {
        var ratios = new List<double>();
        for (var label = 0; label < classes; label++)
        {
            long truth = 0;
            long given = 0;
            for (var other = 0; other < classes; other++)
            {
                truth += counts[label, other];
                given += counts[other, label];
            }

            var both = counts[label, label];
            var either = truth + given - both;
            if (either > 0)
            {
                ratios.Add((double)both / either);
            }
        }

        return ratios.Average();
    }
}

namespace LiftPool.Lifting;

/// <summary>
/// The one home of odd lengths. Lifting needs an even length; an odd axis is either cropped by its last sample, which
/// is then kept aside (floor, as <c>MaxPool2d</c> does by default), or extended by repeating that sample (ceil).
/// </summary>
internal static class OddSizes
{
    /// <summary>The length of a band for an axis of <paramref name="length"/> samples.</summary>
    internal static long BandLength(long length, bool ceilMode) => ceilMode ? (length + 1) / 2 : length / 2;

    /// <summary>The tensor with every lifted axis cropped or extended to an even length.</summary>
    internal static Tensor MakeEven(Tensor x, LiftedAxes axes, bool ceilMode)
    {
        foreach (var dim in OddAxes(x, axes))
        {
            x = ceilMode ? cat([x, Last(x, dim)], dim) : Cropped(x, dim);
        }

        return x;
    }

    /// <summary>
    /// What <see cref="MakeEven"/> crops in floor mode, in the order that <see cref="Restore"/> undoes: a copy for each odd axis that is
    /// lifted.
    /// </summary>
    internal static List<Tensor> SetAside(Tensor x, LiftedAxes axes)
    {
        List<Tensor> kept = [];
        foreach (var dim in OddAxes(x, axes))
        {
            kept.Add(Last(x, dim).clone());
            x = Cropped(x, dim);
        }

        return kept;
    }

    /// <summary>The shapes of what <see cref="SetAside"/> keeps, in its order, if an input of one shape gave bands of the other.</summary>
    internal static List<long[]> SetAsideShapes(ReadOnlySpan<long> input, ReadOnlySpan<long> band)
    {
        List<long[]> shapes = [];
        long[] shape = [.. input];
        for (var dim = shape.Length - 1; dim >= 0; dim--)
        {
            // Batch, channels and axes that are not lifted are as long, an axis that was extended is at most twice as long.
            if (shape[dim] > 2 * band[dim])
            {
                long[] last = [.. shape];
                last[dim] = 1;
                shapes.Add(last);
                shape[dim]--;
            }
        }

        return shapes;
    }

    /// <summary>Undoes <see cref="MakeEven"/>: crops what was repeated, puts back what was set aside.</summary>
    internal static Tensor Restore(Tensor x, ReadOnlySpan<long> lengths, IReadOnlyList<Tensor> kept)
    {
        var next = kept.Count;
        for (var dim = 2; dim < x.dim(); dim++)
        {
            var length = lengths[dim - 2];
            if (x.size(dim) > length)
            {
                x = x.narrow(dim, 0, length);
            }
            else if (x.size(dim) < length)
            {
                x = cat([x, kept[--next]], dim);
            }
        }

        return x;
    }

    private static IEnumerable<int> OddAxes(Tensor x, LiftedAxes axes) => axes.Dims.Where(dim => x.size(dim) % 2 == 1);

    private static Tensor Last(Tensor x, int dim) => x.narrow(dim, x.size(dim) - 1, 1);

    private static Tensor Cropped(Tensor x, int dim) => x.narrow(dim, 0, x.size(dim) - 1);
}

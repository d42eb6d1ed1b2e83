namespace LiftPool.Lifting;

/// <summary>
/// The one home of odd lengths. Lifting needs an even length; an odd axis is either cropped by its last sample, which
/// is then kept aside (floor, as <c>MaxPool2d</c> does by default), or extended by repeating that sample (ceil).
/// </summary>
internal static class OddSizes
{
    /// <summary>The length of a band for an axis of <paramref name="length"/> samples.</summary>
    internal static long BandLength(long length, bool ceilMode) => ceilMode ? (length + 1) / 2 : length / 2;

    /// <summary>
    /// The tensor with every spatial axis cropped or extended to an even length. With <paramref name="kept"/>, what
    /// floor mode cropped is added to it, in the order of <see cref="Restore"/>'s undoing: a copy for each odd axis.
    /// </summary>
    internal static Tensor MakeEven(Tensor x, bool ceilMode, List<Tensor>? kept)
    {
        for (var dim = (int)x.dim() - 1; dim >= 2; dim--)
        {
            var length = x.size(dim);
            if (length % 2 == 0)
            {
                continue;
            }

            var last = x.narrow(dim, length - 1, 1);
            if (ceilMode)
            {
                x = cat([x, last], dim);
            }
            else
            {
                kept?.Add(last.clone());
                x = x.narrow(dim, 0, length - 1);
            }
        }

        return x;
    }

    /// <summary>Undoes <see cref="MakeEven"/>: crops what was repeated, puts back what was kept.</summary>
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
}

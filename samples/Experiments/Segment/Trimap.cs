namespace Experiments;

/// <summary>
/// The pixels at the boundaries of a label map, where segmentation is difficult: those that have a pixel of another label no
/// more than a distance away along each axis.
/// </summary>
/// <remarks>
/// P. Kohli, L. Ladicky, P. Torr, "Robust Higher Order Potentials for Enforcing Label Consistency", IJCV 2009, measure in such a band.
/// </remarks>
internal static class Trimap
{
    /// <param name="labels">Row after row.</param>
    /// <param name="width">Of a row.</param>
    /// <param name="distance">In pixels: 1 chooses one pixel on either side of a straight boundary.</param>
    /// <returns>Whether each pixel is in the band.</returns>
    public static bool[] NearBoundary(ReadOnlySpan<byte> labels, int width, int distance)
    {
        var height = labels.Length / width;
        var near = new bool[labels.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                near[(y * width) + x] = HasOther(labels, width, x, y, distance);
            }
        }

        return near;
    }

    private static bool HasOther(ReadOnlySpan<byte> labels, int width, int x, int y, int distance)
    {
        var own = labels[(y * width) + x];
        var (left, right) = (Math.Max(0, x - distance), Math.Min(width - 1, x + distance));
        var (top, bottom) = (Math.Max(0, y - distance), Math.Min((labels.Length / width) - 1, y + distance));
        for (var row = top; row <= bottom; row++)
        {
            if (labels.Slice((row * width) + left, right - left + 1).ContainsAnyExcept(own))
            {
                return true;
            }
        }

        return false;
    }
}

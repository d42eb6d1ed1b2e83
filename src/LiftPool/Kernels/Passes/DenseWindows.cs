namespace LiftPool.Kernels;

/// <summary>
/// Where the windows of a dense maximum are: window j has the samples <c>First(j)</c> and the one after it, if they exist.
/// </summary>
internal readonly unsafe struct DenseWindows(Geometry geometry)
{
    /// <summary>The first sample of a window; -1 if it has the second alone.</summary>
    internal int First(int axis, int window) => geometry.Lifts(axis) && geometry.Dense == DenseWindow.Back ? window - 1 : window;

    /// <summary>How many windows there are, and how many samples.</summary>
    internal (int Windows, int Samples) Along(int axis)
    {
        var samples = geometry.SourceLength(axis);
        return (geometry.Dense == DenseWindow.Valid && geometry.Lifts(axis) ? samples - 1 : samples, samples);
    }

    /// <summary>The maxima of the windows of a row.</summary>
    internal void AlongRow<V, T>(V* from, V* to)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
    {
        var (count, samples) = Along(0);
        if (!geometry.Lifts(0))
        {
            new ReadOnlySpan<V>(from, samples).CopyTo(new Span<V>(to, samples));
            return;
        }

        var back = First(0, 0);
        to[0] = from[0];
        to[count - 1] = from[samples - 1];
        for (int j = -back, end = Math.Min(count, samples - 1 - back); j < end; j++)
        {
            to[j] = Activation.Max<V, T>(from[j + back], from[j + back + 1]);
        }
    }

    /// <summary>
    /// Shares the gradients of the maxima of two rows among them: what comes to the first is added to what it has pending, and what
    /// comes to the second is pending then. Without rows, of a window of one sample, all of it comes to the first.
    /// </summary>
    internal void Share<V, T>(V* gradient, V* first, V* second, V* pending, V* done, int count)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
    {
        for (var j = 0; j < count; j++)
        {
            var g = gradient[j];
            if (first == null)
            {
                done[j] = pending[j] + g;
                continue;
            }

            V one = first[j], other = second[j];
            done[j] = pending[j] + V.WhereSecond(one, other, default, g);
            pending[j] = V.WhereSecond(one, other, g, default);
        }
    }

    /// <summary>
    /// The gradient of a row from that of its maxima: each goes to the sample that is the maximum of its window.
    /// </summary>
    internal void AlongRowBack<V, T>(V* from, V* gradient, V* to)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
    {
        var (count, samples) = Along(0);
        if (!geometry.Lifts(0))
        {
            new ReadOnlySpan<V>(gradient, samples).CopyTo(new Span<V>(to, samples));
            return;
        }

        var back = First(0, 0);
        V pending = default;
        for (var j = 0; j < count; j++)
        {
            var first = j + back;
            if (first < 0)
            {
                pending = gradient[j];
            }
            else if (first + 1 == samples)
            {
                to[first] = pending + gradient[j];
                return;
            }
            else
            {
                to[first] = pending + V.WhereSecond(from[first], from[first + 1], default, gradient[j]);
                pending = V.WhereSecond(from[first], from[first + 1], gradient[j], default);
            }
        }

        to[samples - 1] = pending;
    }
}

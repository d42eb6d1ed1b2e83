namespace LiftPool.Lifting;

/// <summary>The dense maximum on tensors, as LibTorch's max pooling with stride 1.</summary>
internal static class DenseMaximum
{
    /// <summary>The length of an axis of so many samples.</summary>
    internal static long Length(long samples, DenseMax window) => window == DenseMax.Valid ? samples - 1 : samples;

    /// <summary>That of <c>[N, C, ...]</c> along the lifted axes.</summary>
    internal static Tensor Of(Tensor x, LiftedAxes axes, DenseMax window)
    {
        if (window == DenseMax.None)
        {
            return x;
        }

        // With padding there is one window more than samples: it begins before the first or ends after the last.
        var padding = window == DenseMax.Valid ? 0L : 1;
        long Size(int dim) => axes.Lifts(dim) ? 2 : 1;
        long Padding(int dim) => axes.Lifts(dim) ? padding : 0;
        var maximum = x.dim() switch
        {
            3 => functional.max_pool1d(x, Size(2), 1, Padding(2)),
            4 => functional.max_pool2d(x, [Size(2), Size(3)], [1, 1], [Padding(2), Padding(3)]),
            _ => functional.max_pool3d(x, [Size(2), Size(3), Size(4)], [1, 1, 1], [Padding(2), Padding(3), Padding(4)]),
        };
        foreach (var dim in padding == 1 ? axes.Dims : [])
        {
            maximum = maximum.narrow(dim, window == DenseMax.Ahead ? 1 : 0, x.size(dim));
        }

        return maximum;
    }
}

namespace LiftPool.Lifting;

/// <summary>The dense maximum on tensors, as LibTorch's max pooling with stride 1.</summary>
internal static class DenseMaximum
{
    /// <summary>The length of an axis of so many samples.</summary>
    internal static long Length(long samples, DenseMax window) => window == DenseMax.Valid ? samples - 1 : samples;

    /// <summary>That of <c>[N, C, ...]</c> along every spatial axis.</summary>
    internal static Tensor Of(Tensor x, DenseMax window)
    {
        if (window == DenseMax.None)
        {
            return x;
        }

        // With padding there is one window more than samples: it begins before the first or ends after the last.
        var padding = window == DenseMax.Valid ? 0L : 1;
        var maximum = x.dim() switch
        {
            3 => functional.max_pool1d(x, 2, 1, padding),
            4 => functional.max_pool2d(x, [2, 2], [1, 1], [padding, padding]),
            _ => functional.max_pool3d(x, [2, 2, 2], [1, 1, 1], [padding, padding, padding]),
        };
        for (var dim = 2; dim < x.dim() && padding == 1; dim++)
        {
            maximum = maximum.narrow(dim, window == DenseMax.Ahead ? 1 : 0, x.size(dim));
        }

        return maximum;
    }
}

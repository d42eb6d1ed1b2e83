namespace LiftPool.Lifting;

/// <summary>
/// Between a tensor of any rank and the operators' <c>[B, C, L]</c>: one signal along <c>dim</c> for each position on
/// the other axes.
/// </summary>
internal static class Signals
{
    /// <summary><c>[B, C, ..., L, ...]</c> with L at <paramref name="dim"/> to <c>[B * ..., C, L]</c>, contiguous.</summary>
    internal static Tensor Fold(Tensor x, int dim)
    {
        var length = x.size(dim);
        var channels = x.size(1);
        var signals = x.numel() == 0 ? 0 : x.numel() / (channels * length);
        return x.permute(Order(x.dim(), dim)).reshape(signals, channels, length).contiguous();
    }

    /// <summary>Undoes <see cref="Fold"/>, as a view, for a tensor of the shape of <paramref name="like"/>.</summary>
    internal static Tensor Unfold(Tensor signals, Tensor like, int dim)
    {
        var order = Order(like.dim(), dim);
        var shape = like.shape;
        var folded = Array.ConvertAll(order, axis => shape[axis]);
        var back = new long[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            back[order[i]] = i;
        }

        return signals.reshape(folded).permute(back);
    }

    /// <summary>Batch, the axes that wait, channels, and last the axis that is lifted.</summary>
    private static long[] Order(long rank, int dim)
        => [0, .. Enumerable.Range(2, (int)rank - 2).Where(axis => axis != dim).Select(axis => (long)axis), 1, dim];
}

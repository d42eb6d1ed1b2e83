namespace LiftPool.Tests;

/// <summary>
/// A tensor in the middle of a larger one whose other values are NaN: in whatever layout, nobody may read or change those.
/// </summary>
internal sealed class FuzzInput
{
    private const long Margin = 64;

    private readonly Tensor whole;
    private readonly Tensor before;

    private FuzzInput(Tensor whole, Tensor view)
    {
        (this.whole, View) = (whole, view);
        before = whole.clone();
    }

    internal Tensor View { get; }

    /// <summary>The values in a layout; with <see cref="FuzzLayout.Expanded"/> each item is the first.</summary>
    internal static FuzzInput Of(Tensor values, FuzzLayout layout, bool isBatched)
    {
        var rank = values.dim();
        var channelAxis = isBatched ? 1 : 0;
        switch (layout)
        {
            case FuzzLayout.ChannelsLast:
                return Permuted(values,
                    [.. Enumerable.Range(0, (int)rank).Where(dim => dim != channelAxis).Select(dim => (long)dim), channelAxis]);
            case FuzzLayout.Transposed:
                return Permuted(values, [.. Enumerable.Range(0, (int)rank).Reverse().Select(dim => (long)dim)]);
            case FuzzLayout.Strided:
                return Copied(values, Guard([.. values.shape[..^1], (2 * values.size(-1)) + 1], values), all
                    => all.slice(-1, 1, (2 * values.size(-1)) + 1, 2));
            case FuzzLayout.Slice:
                return Copied(values, Guard([.. values.shape.Select(length => length + 3)], values), all =>
                    Enumerable.Range(0, (int)rank).Aggregate(all, (view, dim) => view.narrow(dim, 1 + (dim % 2), values.size(dim))));
            case FuzzLayout.Expanded when isBatched && values.size(0) > 0:
                var first = Of(values.narrow(0, 0, 1), FuzzLayout.Contiguous, isBatched);
                return new(first.whole, first.View.expand(values.shape));
            default:
                return Permuted(values, [.. Enumerable.Range(0, (int)rank).Select(dim => (long)dim)]);
        }
    }

    /// <summary>Asserts that no value, inside or outside, is another than at first.</summary>
    internal void IsUnchanged()
    {
        if (!whole.IsExactly(before))
        {
            throw new FuzzFailure("the input or what lies around it was changed");
        }
    }

    // Dense in the order of these dimensions, between margins.
    private static FuzzInput Permuted(Tensor values, long[] order)
    {
        var dense = values.permute(order);
        long[] back = [.. Enumerable.Range(0, order.Length).Select(dim => (long)Array.IndexOf(order, dim))];
        return Copied(values, Guard([values.numel() + (2 * Margin)], values), all
            => all.narrow(0, Margin, values.numel()).view(dense.shape).permute(back));
    }

    private static FuzzInput Copied(Tensor values, Tensor whole, Func<Tensor, Tensor> viewOf)
    {
        var view = viewOf(whole);
        view.copy_(values);
        return new(whole, view);
    }

    private static Tensor Guard(long[] shape, Tensor like) => full(shape, double.NaN, dtype: like.dtype);
}

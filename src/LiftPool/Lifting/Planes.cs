namespace LiftPool.Lifting;

/// <summary>
/// Between a tensor of any rank and <c>[B, C, rows, columns]</c>, along whose rows or columns a convolution runs in
/// place of one over <c>[B, C, L]</c>, for which the signals would have to be copied together.
/// </summary>
internal static class Planes
{
    /// <summary>
    /// The tensor as planes, and which of their axes <paramref name="dim"/> became. A view for one or two spatial axes; for
    /// three where the strides allow, which channels-last ones do.
    /// </summary>
    internal static (Tensor planes, int dim) Of(Tensor x, int dim) => (x.dim(), dim) switch
    {
        (3, _) => (x.unsqueeze(2), 3),
        (4, _) => (x, dim),
        (_, 4) => (x.flatten(2, 3), 3),
        (_, 2) => (x.flatten(3, 4), 2),
        _ => (x.transpose(1, 2).flatten(0, 1), 2),
    };

    /// <summary>Undoes <see cref="Of"/> for a tensor of the shape of <paramref name="like"/>.</summary>
    internal static Tensor Undo(Tensor planes, Tensor like, int dim)
    {
        if (like.dim() < 5 || dim != 3)
        {
            return planes.view_as(like);
        }

        var shape = like.shape;
        return planes.view(shape[0], shape[2], shape[1], shape[3], shape[4]).transpose(1, 2);
    }
}

namespace LiftPool.Lifting;

/// <summary>
/// Between a tensor of any rank and <c>[B, C, rows, columns]</c>, along whose rows or columns a convolution runs in
/// place of one over <c>[B, C, L]</c>, for which the signals would have to be copied together.
/// </summary>
internal static class Planes
{
    /// <summary>
    /// The tensor as planes, and which of their axes <paramref name="dim"/> became. A view for one or two spatial axes; for
    /// three where the strides allow, which channels-last ones do. With more axes <paramref name="dim"/> becomes the columns and
    /// all others the rows, in a copy.
    /// </summary>
    internal static (Tensor planes, int dim) Of(Tensor x, int dim) => (x.dim(), dim) switch
    {
        (3, _) => (x.unsqueeze(2), 3),
        (4, _) => (x, dim),
        (5, 4) => (x.flatten(2, 3), 3),
        (5, 2) => (x.flatten(3, 4), 2),
        (5, _) => (x.transpose(1, 2).flatten(0, 1), 2),
        _ => (x.movedim([dim], [-1]).flatten(2, -2), 3),
    };

    /// <summary>Undoes <see cref="Of"/> for a tensor of the shape of <paramref name="like"/>.</summary>
    internal static Tensor Undo(Tensor planes, Tensor like, int dim)
    {
        var rank = like.dim();
        if (rank < 5 || (rank == 5 && dim != 3))
        {
            return planes.view_as(like);
        }

        var shape = like.shape;
        if (rank == 5)
        {
            return planes.view(shape[0], shape[2], shape[1], shape[3], shape[4]).transpose(1, 2);
        }

        long[] moved = [.. shape[..dim], .. shape[(dim + 1)..], shape[dim]];
        return planes.reshape(moved).movedim([-1], [dim]);
    }
}

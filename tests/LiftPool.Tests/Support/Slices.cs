namespace LiftPool.Tests;

/// <summary>Tensors <c>[N, C, ...]</c> whose spatial axes that are not lifted go into the batch, and back.</summary>
internal static class Slices
{
    /// <summary>The slices as a batch: <c>[N * waiting, C, lifted]</c>.</summary>
    internal static Tensor Into(Tensor x, LiftAxes axes)
    {
        var (waiting, lifted) = Dims((int)x.dim(), axes);
        return x.permute([0, .. waiting, 1, .. lifted]).flatten(0, waiting.Length);
    }

    /// <summary>Undoes <see cref="Into"/>, for a tensor that had such a batch and such lengths of the axes that are not lifted.</summary>
    internal static Tensor Back(Tensor slices, long[] shape, LiftAxes axes)
    {
        var (waiting, lifted) = Dims(shape.Length, axes);
        var whole = slices.reshape([shape[0], .. waiting.Select(dim => shape[dim]), .. slices.shape[1..]]);
        long[] order = [0, .. waiting, 1, .. lifted];
        return whole.permute([.. Enumerable.Range(0, order.Length).Select(dim => (long)Array.IndexOf(order, dim))]);
    }

    private static (long[] Waiting, long[] Lifted) Dims(int rank, LiftAxes axes)
    {
        bool Lifts(int dim) => ChosenAxesTests.Lifts(axes, rank - 2, dim - 2);
        var dims = Enumerable.Range(2, rank - 2);
        return ([.. dims.Where(dim => !Lifts(dim)).Select(dim => (long)dim)], [.. dims.Where(Lifts).Select(dim => (long)dim)]);
    }
}

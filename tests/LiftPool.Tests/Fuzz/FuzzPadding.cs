namespace LiftPool.Tests;

/// <summary>The neighbours of each sample, and what stands beyond the ends.</summary>
internal static class FuzzPadding
{
    /// <summary>Samples i + <paramref name="offset"/> in the place of samples i.</summary>
    internal static Tensor Gather(Tensor x, int dim, long offset, PaddingModes padding)
    {
        var n = x.size(dim);
        var from = new long[n];
        var inside = new bool[n];
        for (long i = 0; i < n; i++)
        {
            var at = i + offset;
            inside[i] = padding != PaddingModes.Zeros || (at >= 0 && at < n);
            from[i] = padding switch
            {
                PaddingModes.Reflect => at < 0 ? -at : at >= n ? (2 * (n - 1)) - at : at,
                PaddingModes.Circular => ((at % n) + n) % n,
                _ => Math.Clamp(at, 0, n - 1),
            };
        }

        var gathered = x.index_select(dim, tensor(from));
        return inside.All(isInside => isInside)
            ? gathered
            : gathered.mul(tensor(inside).to(x.dtype).reshape([n, .. Enumerable.Repeat(1L, (int)x.dim() - dim - 1)]));
    }
}

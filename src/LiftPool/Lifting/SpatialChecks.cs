namespace LiftPool.Lifting;

/// <summary>The check that down- and up-pools share: a tensor with or without a batch axis.</summary>
internal static class SpatialChecks
{
    internal static void Rank(string layer, int axes, Tensor x, string parameter)
    {
        if (x.dim() != axes + 1 && x.dim() != axes + 2)
        {
            var spatial = axes == 1 ? "L" : string.Join(", ", new[] { "D", "H", "W" }.TakeLast(axes));
            throw Errors.Wrong(layer, $"a tensor [N, C, {spatial}] or [C, {spatial}]", Errors.Shape(x), parameter);
        }
    }
}

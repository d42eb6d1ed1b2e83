namespace LiftPool.Surgery;

/// <summary>The modules that take the places of maxima, which only TorchSharp's own pools give. They stay.</summary>
internal static class Unpools
{
    internal static IEnumerable<LiftSurgeryRow> In(ModuleNames names)
    {
        foreach (var module in names.Modules)
        {
            var dimensions = module switch { TorchSharp.Modules.MaxUnpool1d => 1, TorchSharp.Modules.MaxUnpool2d => 2, TorchSharp.Modules.MaxUnpool3d => 3, _ => 0 };
            if (dimensions > 0)
            {
                yield return new()
                {
                    Name = names.TextOf(module),
                    Was = module.GetType().Name,
                    Outcome = LiftSurgeryOutcome.Kept,
                    Why = $"takes places of maxima: with a lift it is `new LiftUpPool{dimensions}d(pool)`, and `(x, bands) = pool.forward_with_bands(x)` "
                    + "stands for forward_with_indices",
                };
            }
        }
    }
}

namespace LiftPool.Surgery;

/// <summary>The modules of a model that belong to max pooling and have no lift that is their equal: they are listed, and stay.</summary>
internal static class OtherPools
{
    internal static IEnumerable<LiftSurgeryRow> In(ModuleNames names)
    {
        foreach (var module in names.Modules)
        {
            var type = module.GetType();
            if (type.Assembly == typeof(Module).Assembly && WhyNot(type.Name) is { } why)
            {
                yield return new() { Name = names.TextOf(module), Was = type.Name, Outcome = LiftSurgeryOutcome.Kept, Why = why };
            }
        }
    }

    private static string? WhyNot(string type)
        => type.StartsWith("AdaptiveMaxPool", StringComparison.Ordinal) ? "its windows follow the size of what comes"
            : type.StartsWith("FractionalMaxPool", StringComparison.Ordinal) ? "its windows are drawn"
            : type.StartsWith("LPPool", StringComparison.Ordinal) ? "a norm of the window, no maximum"
            : type.StartsWith("MaxUnpool", StringComparison.Ordinal)
                ? $"it wants the places of maxima: beside a lift stand `new LiftUpPool{type[^2..]}(pool)` and `pool.forward_with_bands(x)`"
            : null;
}

namespace LiftPool.Surgery;

/// <summary>The modules of a model in their order, each with all the names that it is registered under; the model's own is empty.</summary>
internal sealed class ModuleNames
{
    private readonly Dictionary<Module, List<string>> names = new(ReferenceEqualityComparer.Instance);
    private readonly List<Module> order = [];

    internal ModuleNames(Module model) => Add(model, "");

    internal IReadOnlyList<Module> Modules => order;

    internal bool Has(Module module) => names.ContainsKey(module);

    internal IReadOnlyList<string> NamesOf(Module module) => names[module];

    internal string TextOf(Module module)
        => string.Join(", ", names[module].Select(name => name.Length == 0 ? "(the model)" : name));

    private void Add(Module module, string name)
    {
        if (names.TryGetValue(module, out var known))
        {
            // A module in several places has its parts under the names of the first.
            known.Add(name);
            return;
        }

        names[module] = [name];
        order.Add(module);
        foreach (var (child, part) in module.named_children())
        {
            Add(part, name.Length == 0 ? child : $"{name}.{child}");
        }
    }
}

using System.Globalization;

namespace LiftPool.Lifting;

/// <summary>
/// A module in words, in the manner of PyTorch: <c>Name(value, argument=value)</c>, and each module in it on a line of its own below. The
/// same in every culture.
/// </summary>
internal sealed class ModuleText(string name)
{
    private readonly List<string> arguments = [];
    private readonly List<string> children = [];

    /// <summary>Adds a value without a name, unless it is null.</summary>
    internal ModuleText With(object? value)
    {
        if (value is not null)
        {
            arguments.Add(Of(value));
        }

        return this;
    }

    /// <summary>Adds an argument, unless it is null or has its usual value.</summary>
    internal ModuleText With<T>(string argument, T? value, T? usual = default)
    {
        if (value is not null && !EqualityComparer<T>.Default.Equals(value, usual))
        {
            arguments.Add($"{argument}={Of(value)}");
        }

        return this;
    }

    /// <summary>Adds what stands inside it.</summary>
    internal ModuleText Child(string place, object child)
    {
        children.Add($"({place}): {Of(child)}");
        return this;
    }

    public override string ToString()
    {
        var all = string.Join(", ", arguments);
        if (children.Count == 0)
        {
            return $"{name}({all})";
        }

        var lines = (arguments.Count == 0 ? children : [all, .. children]).SelectMany(text => text.Split('\n'));
        return $"{name}(\n{string.Concat(lines.Select(line => $"  {line}\n"))})";
    }

    private static string Of(object value) => value switch
    {
        // TorchSharp's own modules, and most of the users', have no words but their type's. Their GetName is gone when they are disposed.
        Module module when module.ToString() == module.GetType().ToString() => module.GetType().Name,
        Enum flags => flags.ToString().Replace(", ", "|", StringComparison.Ordinal),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}

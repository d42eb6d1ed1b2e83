using System.Reflection;

namespace LiftPool.Surgery;

/// <summary>One reference to a module: a field, an element of a list, an entry of a dictionary.</summary>
/// <param name="Type">What may stand there.</param>
/// <param name="Put">Puts another object there.</param>
/// <param name="Text">Where it is, and what line to edit if a lift cannot stand there.</param>
internal sealed record Slot(Type Type, Action<object?> Put, string Text)
{
    /// <summary>Whether a pool of another type may stand there. TorchSharp's are sealed, so a slot of such a type takes no other.</summary>
    internal bool TakesAnyPool => Type.IsAssignableFrom(typeof(Module<Tensor, Tensor>));

    /// <summary>One that takes nothing: the pool there stays.</summary>
    internal static Slot Closed(string text) => new(typeof(void), _ => throw new NotSupportedException(text), text);

    internal static Slot OfField(object owner, FieldInfo field, Slot outer)
    {
        var place = $"{Plain(field.DeclaringType!)}.{Plain(field.Name)}";
        var declared = $"{(field.IsPrivate ? "private " : "")}{(field.IsInitOnly ? "readonly " : "")}";
        var line = IsOfProperty(field)
            ? $"Module<Tensor, Tensor> {Plain(field.Name)} {(field.IsInitOnly ? "{ get; }" : "{ get; set; }")}"
            : $"{declared}Module<Tensor, Tensor> {field.Name}";
        var text = $"{place} is declared {Plain(field.FieldType)}: make it `{line}`";
        return owner.GetType().IsValueType
            ? new(field.FieldType, value => PutIntoStruct(owner, field, value, outer), text)
            : new(field.FieldType, value => field.SetValue(owner, value), text);
    }

    private static bool IsOfProperty(FieldInfo field) => field.Name.EndsWith(">k__BackingField", StringComparison.Ordinal);

    // A struct in a list or a field is a copy: what was changed in it goes back where it came from.
    private static void PutIntoStruct(object box, FieldInfo field, object? value, Slot outer)
    {
        field.SetValue(box, value);
        outer.Put(box);
    }

    /// <summary>A type as it is written.</summary>
    internal static string Plain(Type type)
    {
        var name = type.Name.Split('`')[0];
        return type.IsArray ? $"{Plain(type.GetElementType()!)}[]"
            : type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Plain))}>"
            : name.StartsWith("<>", StringComparison.Ordinal) ? "a lambda"
            : name;
    }

    /// <summary>
    /// A name as it is written: a property's field is called <c>&lt;name>k__BackingField</c>, a lambda <c>&lt;method>b__0</c>.
    /// </summary>
    internal static string Plain(string name)
        => name.StartsWith('<') && name.IndexOf('>', StringComparison.Ordinal) is > 1 and var end ? name[1..end] : name;
}

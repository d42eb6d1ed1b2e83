using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using TorchSharp.Utils;
using Module = TorchSharp.torch.nn.Module;

namespace LiftPool.Surgery;

/// <summary>
/// Finds every reference to some modules: in the fields of the modules of a model, private, read-only and inherited ones too, in what
/// TorchSharp keeps its modules in, and in the lists, dictionaries, tuples, lambdas and objects of one's own that those fields hold.
/// </summary>
internal sealed class ReferenceWalk
{
    private const BindingFlags Fields
        = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Assembly TorchSharpItself = typeof(Module).Assembly;

    private readonly HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<(object Value, Slot Slot)> toVisit = [];
    private readonly Dictionary<Module, List<Slot>> found = new(ReferenceEqualityComparer.Instance);
    private readonly Func<Module, bool> isWanted;
    private readonly Func<Module, bool> isPart;

    private ReferenceWalk(Func<Module, bool> isWanted, Func<Module, bool> isPart) => (this.isWanted, this.isPart) = (isWanted, isPart);

    /// <summary>Where the wanted modules stand. What is no part of the model, not registered in it, is not looked into.</summary>
    internal static IReadOnlyDictionary<Module, List<Slot>> From(Module model, Func<Module, bool> isWanted, Func<Module, bool> isPart)
    {
        var walk = new ReferenceWalk(isWanted, isPart);
        walk.toVisit.Push((model, Slot.Closed("it is the model itself: put it in a Sequential")));
        while (walk.toVisit.TryPop(out var next))
        {
            walk.Visit(next.Value, next.Slot);
        }

        return walk.found;
    }

    private void Visit(object value, Slot slot)
    {
        if (value is Module module && isWanted(module))
        {
            (found.TryGetValue(module, out var slots) ? slots : found[module] = []).Add(slot);
        }
        else if (HoldsModules(value.GetType()) && (value is not Module part || isPart(part)) && (value is ValueType || seen.Add(value)))
        {
            PushParts(value, slot);
        }
    }

    private void PushParts(object value, Slot slot)
    {
        if (value is Module part)
        {
            var parts = Submodules(part);
            foreach (var name in parts.Keys)
            {
                Push(parts[name], new(typeof(Module), one => parts[name] = (Module)one!, name));
            }
        }

        if (value is Delegate function)
        {
            foreach (var one in function.GetInvocationList())
            {
                Push(one.Target, Slot.Closed($"{Place(slot)} is a delegate bound to it: make it a lambda, `x => pool.call(x)`"));
            }
        }
        else if (value is IDictionary dictionary)
        {
            var type = Argument(value, typeof(IDictionary<,>), 1);
            foreach (var key in dictionary.Keys)
            {
                Push(dictionary[key], dictionary.IsReadOnly
                    ? ReadOnly(slot, "Dictionary<..., Module<Tensor, Tensor>>")
                    : new(type, one => dictionary[key] = one, Declared(value, slot)));
            }
        }
        else if (value is IList list)
        {
            var type = Argument(value, typeof(IList<>), 0);
            for (var i = 0; i < list.Count; i++)
            {
                var index = i;
                Push(list[index], list.IsReadOnly
                    ? ReadOnly(slot, "List<Module<Tensor, Tensor>>")
                    : new(type, one => list[index] = one, Declared(value, slot)));
            }
        }
        else
        {
            for (var type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
            {
                foreach (var field in type.GetFields(Fields).Where(MayHold))
                {
                    Push(field.GetValue(value), Slot.OfField(value, field, slot));
                }
            }
        }
    }

    private void Push(object? value, Slot slot)
    {
        if (value is not null)
        {
            toVisit.Push((value, slot));
        }
    }

    // Each text begins with the place, and says then what it is.
    private static string Place(Slot slot) => slot.Text.Split(" is ", 2)[0];

    private static string Declared(object holder, Slot slot)
        => $"{Place(slot)} is a {Slot.Plain(holder.GetType())}: let it hold Module<Tensor, Tensor>";

    private static Slot ReadOnly(Slot slot, string type) => Slot.Closed($"{Place(slot)} is read-only: make it a `{type}`");

    private static Type Argument(object value, Type generic, int index)
        => Array.Find(value.GetType().GetInterfaces(), type => type.IsGenericType && type.GetGenericTypeDefinition() == generic)
            ?.GetGenericArguments()[index] ?? typeof(object);

    // By its name: a trimmed program keeps what this names.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_internal_submodules")]
    private static extern ref OrderedDict<string, Module> Submodules(Module module);

    // Of TorchSharp's own base classes no more than what is registered, above: the rest is hooks, which hold what their authors like, and
    // handles.
    private static bool MayHold(FieldInfo field)
        => HoldsModules(field.FieldType)
            && (field.DeclaringType!.Assembly != TorchSharpItself
                || field.DeclaringType.Namespace == typeof(Sequential).Namespace
                || field.DeclaringType.Namespace == typeof(OrderedDict<,>).Namespace);

    /// <summary>Whether an object of this type, or of one derived from it, may hold modules that a forward uses.</summary>
    private static bool HoldsModules(Type type)
    {
        if (type.IsArray)
        {
            return type.GetArrayRank() == 1 && HoldsModules(type.GetElementType()!);
        }

        // What is declared as an interface or an object may be anything.
        if (typeof(Module).IsAssignableFrom(type) || typeof(Delegate).IsAssignableFrom(type) || type.IsInterface || type == typeof(object))
        {
            return true;
        }

        if (!IsSomebodysOwn(type.Assembly))
        {
            return type.IsGenericType && IsContainer(type) && type.GetGenericArguments().Any(HoldsModules);
        }

        return true;
    }

    private static bool IsContainer(Type type)
    {
        var generic = type.GetGenericTypeDefinition();
        return typeof(IList).IsAssignableFrom(type) || typeof(IDictionary).IsAssignableFrom(type) || typeof(ITuple).IsAssignableFrom(type)
            || generic == typeof(OrderedDict<,>) || generic == typeof(Lazy<>);
    }

    private static bool IsSomebodysOwn(Assembly assembly)
    {
        var name = assembly.GetName().Name!;
        return assembly != TorchSharpItself && name != "System" && name != "mscorlib" && name != "netstandard"
            && !name.StartsWith("System.", StringComparison.Ordinal) && !name.StartsWith("Microsoft.", StringComparison.Ordinal);
    }
}

using System.Reflection;
using Module = TorchSharp.torch.nn.Module;

namespace LiftPool.Surgery;

/// <summary>
/// Finds pools that are calls in a module's code, <c>functional.max_pool2d(x, 2)</c>: they are no modules, and nothing can be put in their
/// place. The code is read, not run: the methods of each module's class and, of classes that are no modules, lambdas' among them,
/// those that they call or make delegates of, but for what an interface or a virtual method hides. The arguments are not read, so
/// whether a call halves is not known.
/// </summary>
internal static class FunctionalCalls
{
    private const BindingFlags Declared
        = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Assembly[] NotRead = [typeof(Module).Assembly, typeof(FunctionalCalls).Assembly];

    internal static IEnumerable<LiftSurgeryRow> In(ModuleNames names, LiftSurgeryOptions options)
    {
        Dictionary<Type, List<(MethodBase Method, string Function)>> known = [];
        foreach (var module in names.Modules)
        {
            var type = module.GetType();
            var calls = known.TryGetValue(type, out var found) ? found : known[type] = CallsOf(type);
            foreach (var (method, function) in calls.Where(call => options.AveragePools || IsMax(call.Function)))
            {
                var place = $"{Slot.Plain(type)}.{Slot.Plain(method.Name)}";
                var pool = $"{(IsMax(function) ? "Max" : "Avg")}Pool{function["max_pool".Length..].Split('_')[0]}";
                yield return new()
                {
                    Name = names.TextOf(module),
                    Was = $"functional.{function}",
                    Outcome = LiftSurgeryOutcome.NotKnown,
                    Why = $"a call in {place}: hold {pool} in a `Module<Tensor, Tensor>` field and call that",
                };
            }
        }
    }

    private static List<(MethodBase Method, string Function)> CallsOf(Type module)
    {
        List<(MethodBase Method, string Function)> calls = [];
        try
        {
            Read(module, calls);
        }
        catch (Exception)
        {
            // It is for a list alone: what was found until then.
        }

        return calls;
    }

    private static void Read(Type module, List<(MethodBase Method, string Function)> calls)
    {
        HashSet<MethodBase> seen = [];
        Stack<(MethodBase Method, MethodBase From)> toRead = [];
        for (var type = module; type is not null && !NotRead.Contains(type.Assembly); type = type.BaseType)
        {
            foreach (var method in type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
            {
                toRead.Push((method, method));
            }
        }

        while (toRead.TryPop(out var next))
        {
            foreach (var called in seen.Add(next.Method) ? Code.CallsIn(next.Method) : [])
            {
                if (called.DeclaringType == typeof(functional))
                {
                    if (IsMax(called.Name) || called.Name.StartsWith("avg_pool", StringComparison.Ordinal))
                    {
                        calls.Add((next.From, called.Name));
                    }
                }
                else if (called.DeclaringType is { } type && !typeof(Module).IsAssignableFrom(type) && KnowsTorchSharp(type.Assembly))
                {
                    toRead.Push((called, next.From));
                }
            }
        }
    }

    private static bool IsMax(string function) => function.StartsWith("max_pool", StringComparison.Ordinal);

    // What does not refer to TorchSharp calls nothing of it: whole libraries need not be read.
    private static bool KnowsTorchSharp(Assembly assembly)
        => !NotRead.Contains(assembly)
            && Array.Exists(assembly.GetReferencedAssemblies(), other => other.Name == typeof(Module).Assembly.GetName().Name);
}

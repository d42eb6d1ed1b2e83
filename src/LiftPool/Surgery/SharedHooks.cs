using System.Collections;
using System.Reflection;
using Module = TorchSharp.torch.nn.Module;

namespace LiftPool.Surgery;

/// <summary>
/// Gives one module's hooks to another. TorchSharp keeps them in four dictionaries; both modules then have the same ones, so what
/// registered a hook can still remove it.
/// </summary>
internal static class SharedHooks
{
    private static readonly FieldInfo[] Fields = Array.ConvertAll(
        ["pre_hooks", "post_hooks", "module_pre_hooks", "module_post_hooks"],
        name => typeof(Module<Tensor, Tensor>).BaseType!.GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!);

    internal static void Give(Module from, Module to)
    {
        foreach (var field in Fields)
        {
            var (hooks, own) = ((IDictionary)field.GetValue(from)!, (IDictionary)field.GetValue(to)!);
            foreach (var key in own.Keys)
            {
                hooks.Add(key, own[key]);
            }

            field.SetValue(to, hooks);
        }
    }
}

using System.Runtime.CompilerServices;

namespace LiftPool.Surgery;

/// <summary>
/// Gives one module's hooks to another. TorchSharp keeps them in four dictionaries; both modules then have the same ones, so what
/// registered a hook can still remove it.
/// </summary>
internal static class SharedHooks
{
    internal static void Give(Module<Tensor, Tensor> from, Module<Tensor, Tensor> to)
        => Fields<Func<Module<Tensor, Tensor>, Tensor, Tensor>, Func<Module<Tensor, Tensor>, Tensor, Tensor, Tensor>>.Give(from, to);

    // The fields by name. A trimmed program keeps what these name; of a look-up by reflection it would know nothing.
    private static class Fields<TPreHook, TPostHook>
    {
        internal static void Give(HookableModule<TPreHook, TPostHook> from, HookableModule<TPreHook, TPostHook> to)
        {
            Give(PreHooks(from), ref PreHooks(to));
            Give(PostHooks(from), ref PostHooks(to));
            Give(ModulePreHooks(from), ref ModulePreHooks(to));
            Give(ModulePostHooks(from), ref ModulePostHooks(to));
        }

        private static void Give<T>(Dictionary<string, T> hooks, ref Dictionary<string, T> own)
        {
            foreach (var (key, hook) in own)
            {
                hooks.Add(key, hook);
            }

            own = hooks;
        }

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "pre_hooks")]
        private static extern ref Dictionary<string, TPreHook> PreHooks(HookableModule<TPreHook, TPostHook> module);

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "post_hooks")]
        private static extern ref Dictionary<string, TPostHook> PostHooks(HookableModule<TPreHook, TPostHook> module);

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "module_pre_hooks")]
        private static extern ref Dictionary<string, Action<Module>> ModulePreHooks(HookableModule<TPreHook, TPostHook> module);

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "module_post_hooks")]
        private static extern ref Dictionary<string, Action<Module>> ModulePostHooks(HookableModule<TPreHook, TPostHook> module);
    }
}

namespace LiftPool.Lifting;

/// <summary>A module of LiftPool's own, which knows whether somebody watches its calls: then they have to take place.</summary>
internal abstract class OwnModule(string name) : Module<Tensor, Tensor>(name)
{
    internal bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;
}

namespace LiftPool.Lifting;

/// <summary>
/// A module of LiftPool's own, which knows on what device it is made, and whether somebody watches its calls: then they have to take place.
/// </summary>
internal abstract class OwnModule(string name) : Module<Tensor, Tensor>(name)
{
    internal bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

    protected override void RegisterComponents()
    {
        base.RegisterComponents();
        Devices.Note(this);
    }
}

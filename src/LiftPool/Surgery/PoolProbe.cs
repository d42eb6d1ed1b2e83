namespace LiftPool.Surgery;

/// <summary>
/// Stands in a pool's place while the example goes through, and notes what comes. A hook would not see the calls of <c>forward</c>, which
/// skip hooks. The site is no module, so nothing is registered here.
/// </summary>
internal sealed class PoolProbe(PoolSite site) : Module<Tensor, Tensor>(nameof(PoolProbe))
{
    public override Tensor forward(Tensor input)
    {
        site.Note(input);
        return ((Module<Tensor, Tensor>)site.Pool).call(input);
    }
}

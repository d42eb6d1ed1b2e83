namespace LiftPool.Tests;

/// <summary>An operator that hands on its input times a factor. It has no weights.</summary>
internal sealed class Times(double factor) : Module<Tensor, Tensor>(nameof(Times))
{
    public override Tensor forward(Tensor input) => input.mul(factor);
}

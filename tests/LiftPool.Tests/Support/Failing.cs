namespace LiftPool.Tests;

/// <summary>An operator that throws.</summary>
internal sealed class Failing() : Module<Tensor, Tensor>(nameof(Failing))
{
    public override Tensor forward(Tensor input) => throw new NotSupportedException();
}

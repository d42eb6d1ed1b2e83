using TorchSharp.Modules;

namespace LiftPool.Tests;

/// <summary>An operator of somebody's own: the sample before, going round in circles, times a weight.</summary>
internal sealed class FuzzOperator : Module<Tensor, Tensor>
{
    private readonly Parameter weight;

    internal FuzzOperator(double factor, ScalarType dtype)
        : base(nameof(FuzzOperator))
    {
        weight = Parameter(tensor([factor], dtype));
        weight.DetachFromDisposeScope();
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => input.roll(1, -1).mul(weight);
}

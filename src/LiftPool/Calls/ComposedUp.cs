using LiftPool.Lifting;
namespace LiftPool.Calls;

/// <summary>An up-pool on tensor operations: the bands to the signal of even lengths.</summary>
/// <param name="scheme">The operators.</param>
/// <param name="bands">How many bands there are.</param>
internal sealed class ComposedUp(LiftingScheme scheme, int bands) : ComposedCall(scheme)
{
    /// <summary>The signal.</summary>
    /// <param name="steps">The operators' steps.</param>
    /// <param name="inputs">All bands, of one layout, and the operators' parameters.</param>
    protected override List<Tensor> Composed(LiftingSteps steps, Tensor?[] inputs)
        => [LiftingTransform.Inverse(steps, [.. inputs[..bands]!])];
}

namespace LiftPool.Lifting;

/// <summary>An up-pool on tensor operations: the bands to the signal of even lengths.</summary>
/// <param name="scheme">The operators.</param>
/// <param name="bands">How many bands there are.</param>
internal sealed class ComposedUp(LiftingScheme scheme, int bands) : ComposedCall(scheme)
{
    /// <summary>The signal.</summary>
    /// <param name="inputs">All bands, of one layout, and the operators' parameters.</param>
    public override List<Tensor> Composed(Tensor?[] inputs) => [LiftingTransform.Inverse(Steps, [.. inputs[..bands]!])];
}

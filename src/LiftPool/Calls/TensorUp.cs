using LiftPool.Lifting;
namespace LiftPool.Calls;

/// <summary>An up-pool on tensor operations: the bands to the signal of even lengths.</summary>
/// <param name="steps">The operators' steps.</param>
/// <param name="parametersOf">The operators' parameters.</param>
/// <param name="bands">How many bands there are.</param>
internal sealed class TensorUp(LiftingSteps steps, Func<IEnumerable<Parameter>> parametersOf, int bands) : TensorCall(steps, parametersOf)
{
    /// <summary>The signal.</summary>
    /// <param name="steps">The operators' steps.</param>
    /// <param name="inputs">All bands, of one layout, and the operators' parameters.</param>
    protected override List<Tensor> Composed(LiftingSteps steps, Tensor?[] inputs)
        => [LiftingTransform.Inverse(steps, [.. inputs[..bands]!])];
}

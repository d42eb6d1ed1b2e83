namespace LiftPool.Lifting;

/// <summary>Which half of the signal a lifting step changes.</summary>
internal enum StepKind
{
    /// <summary><c>odd -= operator(even)</c>: what is left is what the even half does not foretell.</summary>
    Predict,

    /// <summary><c>even += operator(odd)</c>: the even half takes in what it should keep of the detail.</summary>
    Update,
}

/// <summary>One lifting step: an operator that keeps <c>[B, C, L]</c>, and the half that its result changes.</summary>
internal readonly record struct LiftingStep(StepKind Kind, Module<Tensor, Tensor> Operator);

namespace LiftPool;

/// <summary>Which half of the signal a lifting step changes.</summary>
public enum StepKind
{
    /// <summary><c>detail -= P(approximation)</c>: what is left is what the approximation does not foretell.</summary>
    Predict,

    /// <summary><c>approximation += U(detail)</c>: the approximation takes in what it should keep of the detail.</summary>
    Update,
}

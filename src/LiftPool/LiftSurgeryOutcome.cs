namespace LiftPool;

/// <summary>What became of a pool in <see cref="LiftSurgery"/>.</summary>
public enum LiftSurgeryOutcome
{
    /// <summary>A lift stands in its place.</summary>
    Replaced,

    /// <summary>It was not to be replaced: it does not halve, or was not chosen.</summary>
    Kept,

    /// <summary>It could not be replaced.</summary>
    NotPossible,
}

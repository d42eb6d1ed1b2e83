namespace LiftPool;

/// <summary>What became of a pool in <see cref="LiftSurgery"/>.</summary>
public enum LiftSurgeryOutcome
{
    /// <summary>It was not to be replaced: it does not halve, or was not chosen.</summary>
    Kept,

    /// <summary>A lift stands in its place.</summary>
    Replaced,

    /// <summary>It could not be replaced.</summary>
    NotPossible,

    /// <summary>A call of a function, which no lift can replace; whether it halves is not known, as its window is not read.</summary>
    NotKnown,
}

namespace LiftPool.Kernels;

/// <summary>Some pairs along the first spatial axis, and the window around them that their steps read.</summary>
internal readonly record struct Stretch(int From, int To, int WindowFrom, int WindowTo)
{
    /// <summary>Whether a pair, by its place in the window, is the stretch's own.</summary>
    internal bool Owns(int pair) => pair + WindowFrom >= From && pair + WindowFrom < To;
}

namespace LiftPool.Kernels;

/// <summary>
/// Some pairs along the first spatial axis, whose results are wanted, and the window around them that they are computed from. It reaches as
/// far over both ends as the steps do. With circular padding it may go over the ends of the signal.
/// </summary>
internal readonly record struct Stretch(long From, long To, long WindowFrom, long WindowTo)
{
    /// <summary>Whether a pair, by its place in the window, is the stretch's own.</summary>
    internal bool Owns(int pair) => pair + WindowFrom >= From && pair + WindowFrom < To;
}

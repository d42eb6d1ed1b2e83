namespace LiftPool;

/// <summary>
/// The sub-bands of one lifted axis. L, the approximation, is the smooth half of the signal; H, the detail, is what
/// the predict operator could not foresee of the other half.
/// </summary>
[Flags]
public enum Bands1d
{
    /// <summary>No band; not a valid choice for a pool.</summary>
    None = 0,

    /// <summary>The approximation: <c>s = xe + U(d)</c>.</summary>
    L = 1 << 0,

    /// <summary>The detail: <c>d = xo - P(xe)</c>.</summary>
    H = 1 << 1,

    /// <summary>Both bands.</summary>
    All = L | H,
}

/// <summary>
/// The sub-bands of two lifted axes. A name has one letter an axis, in the order the axes are lifted: horizontal
/// (along a row) first, then vertical (down a column). In a pool that does not lift an axis, its letter is L.
/// </summary>
[Flags]
public enum Bands2d
{
    /// <summary>No band; not a valid choice for a pool.</summary>
    None = 0,

    /// <summary>Low along both axes: a smooth copy at half the size.</summary>
    LL = 1 << 0,

    /// <summary>Low along the row, high down the column: horizontal edges (PyWavelets' cH).</summary>
    LH = 1 << 1,

    /// <summary>High along the row, low down the column: vertical edges (PyWavelets' cV).</summary>
    HL = 1 << 2,

    /// <summary>High along both axes: diagonals.</summary>
    HH = 1 << 3,

    /// <summary>All four bands.</summary>
    All = LL | LH | HL | HH,
}

/// <summary>
/// The sub-bands of three lifted axes. A name has one letter an axis, in the order the axes are lifted: horizontal
/// first, then vertical, then depth. In a pool that does not lift an axis, its letter is L.
/// </summary>
[Flags]
public enum Bands3d
{
    /// <summary>No band; not a valid choice for a pool.</summary>
    None = 0,

    /// <summary>Low along all three axes: a smooth copy at half the size.</summary>
    LLL = 1 << 0,

    /// <summary>High along depth alone.</summary>
    LLH = 1 << 1,

    /// <summary>High along the vertical axis alone.</summary>
    LHL = 1 << 2,

    /// <summary>High along the vertical axis and depth.</summary>
    LHH = 1 << 3,

    /// <summary>High along the horizontal axis alone.</summary>
    HLL = 1 << 4,

    /// <summary>High along the horizontal axis and depth.</summary>
    HLH = 1 << 5,

    /// <summary>High along the horizontal and vertical axes.</summary>
    HHL = 1 << 6,

    /// <summary>High along all three axes.</summary>
    HHH = 1 << 7,

    /// <summary>All eight bands.</summary>
    All = LLL | LLH | LHL | LHH | HLL | HLH | HHL | HHH,
}

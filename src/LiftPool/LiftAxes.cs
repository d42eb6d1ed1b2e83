namespace LiftPool;

/// <summary>
/// Spatial axes, counted from a tensor's last: those that a pool lifts, and so halves. <c>MaxPool2d((1, 2))</c> pools along
/// <see cref="Width"/> alone.
/// </summary>
[Flags]
public enum LiftAxes
{
    /// <summary>No axis; not a valid choice for a pool.</summary>
    None = 0,

    /// <summary>The last axis, along a row: W, and L in one dimension. The first to be lifted.</summary>
    Width = 1 << 0,

    /// <summary>The axis before it, down a column: H.</summary>
    Height = 1 << 1,

    /// <summary>The axis before these, through the planes: D.</summary>
    Depth = 1 << 2,

    /// <summary>All the spatial axes that a pool's dimension has.</summary>
    All = Width | Height | Depth,
}

namespace LiftPool.Kernels;

/// <summary>
/// The rows of the whole signal that are a row pair's lines, and the odd lengths: with ceil_mode the last sample is repeated, else it is
/// left out. Of each axis the first sample of a pair becomes the detail and the second the approximation.
/// </summary>
internal abstract unsafe class SignalStage<V, T>(PassContext<V, T> context) : Stage
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    protected PassContext<V, T> Context => context;

    protected Geometry Geometry { get; } = context.Geometry;

    /// <summary>Planes in a pair of planes, rows in a row pair: one where the axis is not lifted.</summary>
    protected int PlanesInPair { get; } = context.Geometry.Lifts(2) ? 2 : 1;

    protected int RowsInPair { get; } = context.Geometry.Lifts(1) ? 2 : 1;

    /// <summary>Whether a row is split; else it is one line.</summary>
    protected bool SplitsRows { get; } = context.Geometry.Lifts(0);

    protected int PairedWidth { get; } = context.Geometry.PairedLength(0);

    protected bool RepeatsColumn => SplitsRows && Geometry.Width < 2 * Geometry.Columns;

    /// <summary>Whether the second row of a pair is the first, repeated.</summary>
    protected bool RepeatsRow(int y) => RowsInPair == 2 && (2 * (y + Geometry.RowOffset)) + 1 >= Geometry.Height;

    protected bool RepeatsPlane(int plane) => PlanesInPair == 2 && (2 * (plane + Geometry.PlaneOffset)) + 1 >= Geometry.Depth;

    /// <summary>
    /// The approximation along the rows of the given plane and row of a pair; its detail has the horizontal letter besides.
    /// </summary>
    protected int LineOf(int plane, int row)
        => (PlanesInPair == 2 && plane == 0 ? Geometry.LetterOf(2) : 0) | (RowsInPair == 2 && row == 0 ? Geometry.LetterOf(1) : 0);

    protected int HorizontalDetail => Geometry.LetterOf(0);

    /// <summary>The planes of the signal, or of its gradient.</summary>
    protected TensorPlanes Planes(TensorMemory memory)
    {
        var pixels = Geometry.SourceLength(0) * Geometry.SourceLength(1);
        return new(memory, Geometry.Channels, 0, Geometry.SourceLength(2), pixels, Storages.Size(context.Call.Storage));
    }
}

namespace LiftPool.Kernels;

/// <summary>
/// The samples of odd lengths that took no part in the lifting: a column, a row of what is left, a plane of what is left then.
/// </summary>
internal sealed unsafe class CroppedRows<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly PassContext<V, T> context;
    private readonly PlaneReader<V>?[] readers = new PlaneReader<V>?[3];
    private readonly TensorPlanes[] planes = new TensorPlanes[3];

    internal CroppedRows(PassContext<V, T> context)
    {
        this.context = context;
        var (geometry, size) = (context.Geometry, Storages.Size(context.Call.Storage));
        var (width, height) = (geometry.PairedLength(0), geometry.PairedLength(1));
        for (var axis = 0; axis < context.Call.Cropped.Length; axis++)
        {
            if (context.Call.Cropped[axis] is { Data: not 0 } memory)
            {
                var (depth, pixels) = axis switch
                {
                    0 => (geometry.Depth, geometry.Height),
                    1 => (geometry.Depth, width),
                    _ => (1, width * height),
                };
                planes[axis] = new(memory, geometry.Channels, 0, depth, pixels, size);
                readers[axis] = Storages.NewReader<V, T>(context.Call.Storage, context.Arena);
            }
        }
    }

    /// <summary>Before the rows of a plane from one of them on.</summary>
    internal void Open(int plane, int row)
    {
        for (var axis = 0; axis < readers.Length; axis++)
        {
            readers[axis]?.Open(planes[axis].Address(context.Block, Math.Min(plane, planes[axis].Depth - 1)), planes[axis].Layout, 0);
        }

        readers[0]?.Skip(row);
    }

    /// <summary>The last sample of the next row.</summary>
    internal bool ReadColumn(V* to) => Read(0, to, 1);

    /// <summary>The last row, but for its last sample.</summary>
    internal bool ReadRow(V* to, int count) => Read(1, to, count);

    /// <summary>The next row of the last plane, but for its last sample.</summary>
    internal bool ReadPlaneRow(V* to, int count) => Read(2, to, count);

    private bool Read(int axis, V* to, int count)
    {
        if (readers[axis] is not { } reader)
        {
            return false;
        }

        reader.Read(to, count);
        return true;
    }
}

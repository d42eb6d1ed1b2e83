namespace LiftPool.Kernels;

/// <summary>What all passes have in common.</summary>
internal static class Pass
{
    /// <summary>
    /// Results that are larger together have left a core's own cache by the time that the last plane is written, so they are
    /// written past the caches. Tests set it to 0.
    /// </summary>
    internal static long CacheBytes { get; set; } = 8 << 20;
}

/// <summary>
/// A pass over a block of channels of one item: from memory through all stages and back, while the samples are in the cache. Down, up
/// and their gradients are lists of stages.
/// </summary>
internal sealed unsafe class Pass<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    // A short row alone would be done before its first result is there.
    private const int SamplesTogether = 16;

    private readonly PassContext<V, T> context;
    private readonly Stage[] stages;
    private readonly Pipeline pipeline;
    private readonly PenaltySquares<V, T>? squares;

    /// <summary>The pass of a call. Its memory is the arena's.</summary>
    internal Pass(KernelCall call, Arena arena)
    {
        var list = new PassList<V, T>(context = new PassContext<V, T>(call, arena));
        switch (call.Task)
        {
            case KernelTask.Down:
                list.Down();
                break;
            case KernelTask.Up:
                list.Up();
                break;
            case KernelTask.DownGradient:
                list.DownGradient();
                break;
            default:
                list.UpGradient();
                break;
        }

        (stages, squares) = ([.. list.Stages], list.Squares);
        var geometry = call.Geometry;
        var together = Math.Clamp(SamplesTogether / geometry.Columns, 1, geometry.Rows);
        foreach (var stage in stages)
        {
            stage.TakeMemory(arena, together);
        }

        pipeline = geometry.Dimensions == 3 ? OverPlanes(geometry, together) : new Pipeline(stages, geometry.Rows, together);
        list.TakeMemory(
            geometry.Dimensions == 3 ? geometry.Rows : pipeline.Window,
            geometry.Dimensions == 3 ? pipeline.Window : 1);
    }

    /// <summary>Forgets the sums of weights' gradients.</summary>
    internal void BeginShare() => context.Sums?.Clear();

    /// <summary>Writes them, a row of channels for each vector.</summary>
    internal void StoreShare(T* target) => context.Sums?.Store(target, context.Geometry.Channels);

    /// <summary>Works on one block of channels of an item.</summary>
    /// <param name="block">The block.</param>
    /// <param name="next">The one that this worker may well be given after it.</param>
    /// <param name="weights">The block's packed weights.</param>
    internal void Run(ChannelBlock block, ChannelBlock next, V* weights)
    {
        (context.Block, context.Next) = (block, next);
        context.Weights = weights;
        squares?.Clear();
        foreach (var stage in stages)
        {
            stage.Begin();
        }

        pipeline.Run(plane: 0);
        foreach (var stage in stages)
        {
            stage.End();
        }

        squares?.Store();
    }

    /// <summary>
    /// Depth is one more part of the same list: between its stages each plane goes through the others as in two dimensions.
    /// </summary>
    private Pipeline OverPlanes(Geometry geometry, int together)
    {
        List<Stage> outer = [];
        for (var i = 0; i < stages.Length;)
        {
            if (stages[i].IsAlongDepth)
            {
                outer.Add(stages[i++]);
                continue;
            }

            var first = i;
            while (i < stages.Length && !stages[i].IsAlongDepth)
            {
                i++;
            }

            outer.Add(new Pipeline(stages[first..i], geometry.Rows, together));
        }

        return new Pipeline([.. outer], geometry.Planes, together: 1);
    }
}

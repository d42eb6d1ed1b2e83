namespace LiftPool.Kernels;

/// <summary>The sums of squares of a block of channels, and where they go.</summary>
internal sealed unsafe class PenaltySquares<V, T>(PassContext<V, T> context)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly CompensatedSums<V, T> sums = new(
        context.Arena.Take<V>(CompensatedSums<V, T>.Size(context.Geometry.PenaltySums)),
        context.Geometry.PenaltySums);

    internal void Clear() => sums.Clear();

    internal void Add(int term, V approximation, V detail)
    {
        sums.Current[2 * term] = approximation;
        sums.Current[(2 * term) + 1] = detail;
        sums.Fold(2 * term, 2);
    }

    /// <summary>Writes the sums over the block's own lanes.</summary>
    internal void Store()
    {
        // The last block's first lanes may be another block's too.
        var (item, firstChannel) = context.Block;
        var block = (firstChannel + V.Count - 1) / V.Count;
        var count = context.Geometry.PenaltySums;
        var target = (double*)context.Call.PenaltySums + ((((long)item * context.Geometry.Blocks(V.Count)) + block) * count);
        for (var i = 0; i < count; i++)
        {
            var lanes = (T*)(sums.Totals + i);
            target[i] = 0;
            for (var lane = (block * V.Count) - firstChannel; lane < V.Count; lane++)
            {
                target[i] += typeof(T) == typeof(float) ? ((float*)lanes)[lane] : ((double*)lanes)[lane];
            }
        }
    }
}

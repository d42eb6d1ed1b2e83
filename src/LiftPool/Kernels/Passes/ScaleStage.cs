namespace LiftPool.Kernels;

/// <summary>Multiplies lines, or their gradients, with what the gains of the axes come to.</summary>
/// <param name="geometry">The lines' length.</param>
/// <param name="buffer">The values, or the gradients.</param>
/// <param name="lines">The slots of each line's values before and after, and its factor.</param>
internal sealed unsafe class ScaleStage<V, T>(Geometry geometry, LineBuffer<V> buffer, (int From, int To, double Factor)[] lines) : Stage
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    internal override bool Changes => true;

    internal override void Run(int plane, int from, int to)
    {
        for (var y = from; y < to; y++)
        {
            foreach (var (before, after, factor) in lines)
            {
                Scale(buffer.Line(before, plane, y), buffer.Line(after, plane, y), Activation.Create<V, T>(factor));
            }
        }
    }

    private void Scale(V* from, V* to, V factor)
    {
        for (int j = 0, columns = geometry.Columns; j < columns; j++)
        {
            to[j] = from[j] * factor;
        }
    }
}

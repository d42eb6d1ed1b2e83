namespace LiftPool.Kernels;

/// <summary>Multiplies the halves of an axis with its gains, or their gradients, or divides by them.</summary>
/// <param name="geometry">The gains.</param>
/// <param name="axis">The axis.</param>
/// <param name="inverse">Whether it divides.</param>
/// <param name="buffer">The values, or the gradients.</param>
/// <param name="lines">The lines, and the slots of their values before and after.</param>
internal sealed unsafe class ScaleStage<V, T>(
    Geometry geometry,
    int axis,
    bool inverse,
    LineBuffer<V> buffer,
    (int Line, int From, int To)[] lines)
    : Stage
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    internal override bool IsAlongDepth => axis == 2;

    internal override bool Changes => true;

    internal override void Run(int plane, int from, int to)
    {
        var (firstRow, lastRow) = IsAlongDepth ? (0, geometry.Rows) : (from, to);
        for (var z = IsAlongDepth ? from : plane; z < (IsAlongDepth ? to : plane + 1); z++)
        {
            for (var y = firstRow; y < lastRow; y++)
            {
                foreach (var (line, before, after) in lines)
                {
                    var gain = (line & geometry.LetterOf(axis)) == 0 ? geometry.ApproximationGain : geometry.DetailGain;
                    Scale(buffer.Line(before, z, y), buffer.Line(after, z, y), Activation.Create<V, T>(inverse ? 1 / gain : gain));
                }
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

namespace LiftPool.Kernels;

/// <summary>
/// The slots of a pair of lines of one axis for the penalties: its approximation s, the odd samples xo that c_u compares it with, and its
/// detail d.
/// </summary>
internal readonly record struct PenaltyLine(int Line, int S, int Odd, int D);

/// <summary>What the penalties of the steps along one axis have in common: which samples count.</summary>
internal abstract unsafe class PenaltyStage<V, T>(PassContext<V, T> context, int axis, LineBuffer<V> values, PenaltyLine[] lines) : Stage
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    protected PassContext<V, T> Context => context;

    protected Geometry Geometry => context.Geometry;

    internal override bool IsAlongDepth => axis == 2;

    internal override void Run(int plane, int from, int to)
    {
        // What counts is counted along the first spatial axis: the columns, row pairs or pairs of planes.
        var (first, last) = (Geometry.Counted.From, Math.Min(Geometry.Counted.To, Geometry.PairsAlong(Geometry.Dimensions - 1)));
        var (firstColumn, lastColumn) = Geometry.Dimensions == 1 ? (first, last) : (0, Geometry.Columns);
        for (var z = IsAlongDepth ? from : plane; z < (IsAlongDepth ? to : plane + 1); z++)
        {
            for (var y = IsAlongDepth ? 0 : from; y < (IsAlongDepth ? Geometry.Rows : to); y++)
            {
                var place = Geometry.Dimensions switch { 1 => first, 2 => y, _ => z };
                for (var i = 0; i < lines.Length && place >= first && place < last; i++)
                {
                    var (line, s, odd, d) = lines[i];
                    Run(line, values.Line(s, z, y), values.Line(odd, z, y), values.Line(d, z, y), z, y, firstColumn, lastColumn);
                }
            }
        }
    }

    protected int TermOf(int line) => Geometry.TermOf(axis, line);

    /// <summary>The number of the detail that belongs to an approximation.</summary>
    protected int DetailOf(int line) => line | Geometry.LetterOf(axis);

    protected abstract void Run(int line, V* s, V* odd, V* d, int plane, int y, int from, int to);
}

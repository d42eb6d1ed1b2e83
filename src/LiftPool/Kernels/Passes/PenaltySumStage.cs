namespace LiftPool.Kernels;

/// <summary>Sums the squares of s - xo and of d over a plane.</summary>
internal sealed unsafe class PenaltySumStage<V, T>(
    PassContext<V, T> context,
    int axis,
    LineBuffer<V> values,
    PenaltyLine[] lines,
    PenaltySquares<V, T> squares)
    : PenaltyStage<V, T>(context, axis, values, lines)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    // So few terms lose less than 1e-6 of their sum in float32.
    private const int BlockColumns = 32;

    protected override void Run(int line, V* s, V* odd, V* d, int plane, int y, int from, int to)
    {
        for (; from < to; from += BlockColumns)
        {
            V approximation = default, detail = default;
            for (int j = from, end = Math.Min(from + BlockColumns, to); j < end; j++)
            {
                var difference = s[j] - odd[j];
                approximation = V.MultiplyAdd(difference, difference, approximation);
                detail = V.MultiplyAdd(d[j], d[j], detail);
            }

            squares.Add(TermOf(line), approximation, detail);
        }
    }
}

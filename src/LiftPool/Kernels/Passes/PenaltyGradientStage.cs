namespace LiftPool.Kernels;

/// <summary>
/// What the penalties add to gradients: before the steps of an axis are taken back, to those of s and d; after it, to that of xo, which
/// has a part in s - xo itself.
/// </summary>
internal sealed unsafe class PenaltyGradientStage<V, T>(
    PassContext<V, T> context,
    int axis,
    LineBuffer<V> values,
    LineBuffer<V> gradients,
    PenaltyLine[] lines,
    bool ofOdd)
    : PenaltyStage<V, T>(context, axis, values, lines)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    internal override bool Changes => true;

    protected override void Run(int line, V* s, V* odd, V* d, int plane, int y, int from, int to)
    {
        var at = ((Context.Block.Item * Geometry.Terms) + TermOf(line)) * 2;
        var (approximation, detail) = (Factor(at), Factor(at + 1));
        V* sGradient = gradients.Line(line, plane, y), dGradient = gradients.Line(DetailOf(line), plane, y);
        var (ofUpdate, ofPredict) = Context.Call.Penalized;
        for (var j = from; ofUpdate && ofOdd && j < to; j++)
        {
            dGradient[j] = V.MultiplyAdd(default(V) - approximation, s[j] - odd[j], dGradient[j]);
        }

        for (var j = from; ofUpdate && !ofOdd && j < to; j++)
        {
            sGradient[j] = V.MultiplyAdd(approximation, s[j] - odd[j], sGradient[j]);
        }

        for (var j = from; ofPredict && !ofOdd && j < to; j++)
        {
            dGradient[j] = V.MultiplyAdd(detail, d[j], dGradient[j]);
        }
    }

    private V Factor(int at) => Activation.Create<V, T>(Context.Call.PenaltyFactors![at]);
}

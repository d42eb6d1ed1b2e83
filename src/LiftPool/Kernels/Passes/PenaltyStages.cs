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
        var (first, last) = (Geometry.Counted.From, Math.Min(Geometry.Counted.To, Geometry.PairsAlong(Geometry.Axes - 1)));
        var (firstColumn, lastColumn) = Geometry.Axes == 1 ? (first, last) : (0, Geometry.Columns);
        for (var z = IsAlongDepth ? from : plane; z < (IsAlongDepth ? to : plane + 1); z++)
        {
            for (var y = IsAlongDepth ? 0 : from; y < (IsAlongDepth ? Geometry.Rows : to); y++)
            {
                var place = Geometry.Axes switch { 1 => first, 2 => y, _ => z };
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

/// <summary>Sums the squares of s - xo and of d over a plane.</summary>
internal sealed unsafe class PenaltySumStage<V, T>(PassContext<V, T> context, int axis, LineBuffer<V> values, PenaltyLine[] lines, PenaltySquares<V, T> squares)
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

/// <summary>
/// What the penalties add to gradients: before the steps of an axis are taken back, to those of s and d; after it, to that of xo, which
/// has a part in s - xo itself.
/// </summary>
internal sealed unsafe class PenaltyGradientStage<V, T>(PassContext<V, T> context, int axis, LineBuffer<V> values, LineBuffer<V> gradients, PenaltyLine[] lines, bool ofOdd)
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
        if (ofOdd)
        {
            approximation = default(V) - approximation;
            for (var j = from; j < to; j++)
            {
                dGradient[j] = V.MultiplyAdd(approximation, s[j] - odd[j], dGradient[j]);
            }

            return;
        }

        for (var j = from; j < to; j++)
        {
            sGradient[j] = V.MultiplyAdd(approximation, s[j] - odd[j], sGradient[j]);
            dGradient[j] = V.MultiplyAdd(detail, d[j], dGradient[j]);
        }
    }

    private V Factor(int at) => Activation.Create<V, T>(Context.Call.PenaltyFactors![at]);
}

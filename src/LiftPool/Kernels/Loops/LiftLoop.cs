using System.Runtime.CompilerServices;

namespace LiftPool.Kernels;

/// <summary>What the loop of a step keeps for the gradient.</summary>
internal enum Kept
{
    Nothing,

    /// <summary>The operator's output, where its weights learn.</summary>
    Output,

    /// <summary>Its derivative, with the step's sign, where they do not.</summary>
    Derivative,
}

/// <summary>
/// One lifting step on lines: <c>to[j] = from[j] - f(j)</c>, or <c>+</c>. A row of the table has the addresses of a line: from, to, what
/// is kept, and a source for each tap. So a step along the row, down the columns or through the planes is the same loop.
/// </summary>
internal readonly unsafe struct LiftLoop<V, T, TBody>(
    V** table,
    int lines,
    int columns,
    PackedWeights<V> weights,
    V* tanhTerms,
    bool subtract,
    Kept kept)
    : ITapLoop
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
    where TBody : struct, IOperatorBody<TBody, V, T>
{
    /// <summary>Addresses before those of the sources.</summary>
    internal const int Fixed = 3;

    private readonly V** table = table;
    private readonly int lines = lines;
    private readonly int columns = columns;
    private readonly PackedWeights<V> weights = weights;
    private readonly V* tanhTerms = tanhTerms;
    private readonly bool subtract = subtract;
    private readonly Kept kept = kept;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<K>()
        where K : struct, ITapCount
    {
        var filter = new Filter<K, V, T>(weights);
        var body = TBody.Of(weights, tanhTerms);
        var row = table;
        var (stride, isSubtracted, keeps) = (Fixed + weights.Count, subtract, kept);
        nint end = columns;
        for (var line = lines; line > 0; line--, row += stride)
        {
            V* from = row[0], to = row[1], keep = row[2];
            var sources = new Sources<K, V>(row + Fixed);
            for (nint j = 0; j < end; j++)
            {
                var sum = body.Sum(in filter, sources, j);
                var f = body.Value(sum);
                to[j] = isSubtracted ? from[j] - f : from[j] + f;
                if (keeps == Kept.Output)
                {
                    keep[j] = f;
                }
                else if (keeps == Kept.Derivative)
                {
                    var derivative = body.Derivative(sum, f);
                    keep[j] = isSubtracted ? default(V) - derivative : derivative;
                }
            }
        }
    }
}

using System.Runtime.CompilerServices;

namespace LiftPool.Kernels;

/// <summary>
/// The gradient of a step with ReLU and projection whose weights learn. A row of the table has the addresses of a line: the gradient of
/// what the step changed; the operator's output, in whose place the gradient of its convolution's sum comes; and the sources.
/// </summary>
internal readonly unsafe struct LiftBackLoop<V, T, TBody>(
    V** table,
    int lines,
    nint first,
    nint end,
    PackedWeights<V> weights,
    PackedWeights<V> gradients,
    bool subtract)
    : ITapLoop
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
    where TBody : struct, IActivatedBody<TBody, V, T>
{
    /// <summary>Addresses before those of the sources.</summary>
    internal const int Fixed = 2;

    private readonly V** table = table;
    private readonly int lines = lines;
    private readonly nint first = first;
    private readonly nint end = end;
    private readonly PackedWeights<V> weights = weights;
    private readonly PackedWeights<V> gradients = gradients;
    private readonly bool subtract = subtract;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<K>()
        where K : struct, ITapCount
    {
        var filter = new Filter<K, V, T>(weights);
        var (bias, proj) = (*weights.Bias, *weights.Proj);
        V biasGradient = default, projGradient = default, projBiasGradient = default;
        var taps = default(TapSums<K, V, T>);
        var row = table;
        var (stride, isSubtracted, from, to) = (Fixed + weights.Count, subtract, first, end);
        for (var line = lines; line > 0; line--, row += stride)
        {
            V* target = row[0], output = row[1];
            var sources = new Sources<K, V>(row + Fixed);
            for (var j = from; j < to; j++)
            {
                var sum = filter.Sum(bias, sources, j);
                var f = output[j];

                var g = TBody.Back(target[j], f, isSubtracted);
                projBiasGradient += g;
                projGradient = V.MultiplyAdd(g, Activation.Relu<V, T>(sum), projGradient);
                g = V.WherePositive(sum, g * proj);
                biasGradient += g;
                output[j] = g;
                taps.Add(g, sources, j);
            }
        }

        *gradients.Bias += biasGradient;
        *gradients.Proj += projGradient;
        *gradients.ProjBias += projBiasGradient;
        taps.AddTo(gradients.Taps);
        for (var k = K.Count; K.AndMore && k < weights.Count; k++)
        {
            V tap = default;
            row = table;
            for (var line = lines; line > 0; line--, row += stride)
            {
                V* output = row[1], source = row[Fixed + k];
                for (var j = from; j < to; j++)
                {
                    tap = V.MultiplyAdd(output[j], source[j], tap);
                }
            }

            gradients.Taps[k] += tap;
        }
    }
}

/// <summary>
/// The gradients of a linear operator's taps. A row of the table has the addresses of a line: the gradient of what the step changed,
/// and the sources.
/// </summary>
internal readonly unsafe struct TapGradientLoop<V, T>(
    V** table,
    int lines,
    nint first,
    nint end,
    PackedWeights<V> gradients,
    bool subtract)
    : ITapLoop
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    /// <summary>Addresses before those of the sources.</summary>
    internal const int Fixed = 1;

    private readonly V** table = table;
    private readonly int lines = lines;
    private readonly nint first = first;
    private readonly nint end = end;
    private readonly PackedWeights<V> gradients = gradients;
    private readonly bool subtract = subtract;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<K>()
        where K : struct, ITapCount
    {
        var (stride, from, to) = (Fixed + gradients.Count, first, end);
        for (var k = 0; k < gradients.Count; k += K.Count)
        {
            var taps = default(TapSums<K, V, T>);
            var row = table;
            for (var line = lines; line > 0; line--, row += stride)
            {
                var target = row[0];
                var sources = new Sources<K, V>(row + Fixed + k);
                for (var j = from; j < to; j++)
                {
                    taps.Add(subtract ? default(V) - target[j] : target[j], sources, j);
                }
            }

            taps.AddTo(gradients.Taps + k);
        }
    }
}

/// <summary>Sums for the gradients of as many taps as the loops have written out, held in registers.</summary>
internal unsafe struct TapSums<K, V, T>
    where K : struct, ITapCount
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private V tap0, tap1, tap2, tap3, tap4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(V gradient, Sources<K, V> sources, nint j)
    {
        tap0 = V.MultiplyAdd(gradient, sources.Of0[j], tap0);
        if (K.Count >= 3)
        {
            tap1 = V.MultiplyAdd(gradient, sources.Of1[j], tap1);
            tap2 = V.MultiplyAdd(gradient, sources.Of2[j], tap2);
        }

        if (K.Count >= 5)
        {
            tap3 = V.MultiplyAdd(gradient, sources.Of3[j], tap3);
            tap4 = V.MultiplyAdd(gradient, sources.Of4[j], tap4);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void AddTo(V* taps)
    {
        taps[0] += tap0;
        if (K.Count >= 3)
        {
            taps[1] += tap1;
            taps[2] += tap2;
        }

        if (K.Count >= 5)
        {
            taps[3] += tap3;
            taps[4] += tap4;
        }
    }
}

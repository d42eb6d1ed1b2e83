using System.Runtime.CompilerServices;
using LiftPool.Lifting;

namespace LiftPool.Kernels;

/// <summary>
/// The innermost loops: one lifting step on a row of vectors, and its gradient. Tap k of the vector at j reads
/// <c>sources[k][j]</c>, so a step along the row or down the columns is the same loop with other pointers. All loops
/// take several rows at once, at equal distances: a short row alone would be done before its first result is there.
/// </summary>
internal static unsafe class RowKernel<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    /// <summary>
    /// <c>target[j] -= f(j)</c>, or <c>+=</c>, with <c>f = tanh(proj * relu(bias + sum_k taps[k] sources[k][j]) + projBias)</c>, which
    /// is kept in <paramref name="output"/> unless that is null.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Lift(V* target, V** sources, PackedOperator<V> op, V* output, V* tanhTerms, bool subtract, in Rows rows)
    {
        switch (op.Count)
        {
            case 3:
                Lift<ThreeTaps>(target, sources, op, output, tanhTerms, subtract, in rows);
                break;
            case 5:
                Lift<FiveTaps>(target, sources, op, output, tanhTerms, subtract, in rows);
                break;
            case 1:
                Lift<OneTap>(target, sources, op, output, tanhTerms, subtract, in rows);
                break;
            default:
                Lift<AnyTaps>(target, sources, op, output, tanhTerms, subtract, in rows);
                break;
        }
    }

    /// <summary>
    /// Takes a step back and carries the gradient through it: restores the target's value, and from the target's gradient adds
    /// to the operator's gradients. <paramref name="output"/> holds what the operator gave, and gets the gradient of its
    /// convolution's output, for <see cref="Spread(V*, V**, PackedOperator{V}, in Rows)"/> to carry on to the sources.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void LiftBack(V* target, V* targetGradient, V* output, V** sources, PackedOperator<V> op, PackedOperator<V> gradient, bool subtract, in Rows rows)
    {
        switch (op.Count)
        {
            case 3:
                LiftBack<ThreeTaps>(target, targetGradient, output, sources, op, gradient, subtract, in rows);
                break;
            case 5:
                LiftBack<FiveTaps>(target, targetGradient, output, sources, op, gradient, subtract, in rows);
                break;
            case 1:
                LiftBack<OneTap>(target, targetGradient, output, sources, op, gradient, subtract, in rows);
                break;
            default:
                LiftBack<AnyTaps>(target, targetGradient, output, sources, op, gradient, subtract, in rows);
                break;
        }
    }

    /// <summary><c>target[j] += sum_k taps[k] sources[k][j]</c>; the sources are outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Spread(V* target, V** sources, PackedOperator<V> op, in Rows rows)
    {
        switch (op.Count)
        {
            case 3:
                Spread<ThreeTaps>(target, sources, op, in rows);
                break;
            case 5:
                Spread<FiveTaps>(target, sources, op, in rows);
                break;
            case 1:
                Spread<OneTap>(target, sources, op, in rows);
                break;
            default:
                Spread<AnyTaps>(target, sources, op, in rows);
                break;
        }
    }

    /// <summary>
    /// <c>target[j] -= f(j)</c>, or <c>+=</c>, with the linear <c>f = sum_k taps[k] sources[k][j]</c>, rounded as the step says.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void LiftLinear(V* target, V** sources, PackedOperator<V> op, StepRounding rounding, bool subtract, in Rows rows)
    {
        switch (op.Count)
        {
            case 3:
                LiftLinear<ThreeTaps>(target, sources, op, rounding, subtract, in rows);
                break;
            case 5:
                LiftLinear<FiveTaps>(target, sources, op, rounding, subtract, in rows);
                break;
            case 1:
                LiftLinear<OneTap>(target, sources, op, rounding, subtract, in rows);
                break;
            default:
                LiftLinear<AnyTaps>(target, sources, op, rounding, subtract, in rows);
                break;
        }
    }

    /// <summary>
    /// As <see cref="LiftBack(V*, V*, V*, V**, PackedOperator{V}, PackedOperator{V}, bool, in Rows)"/> for a linear operator, whose output
    /// was not kept. The gradient goes through the rounding.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void LiftLinearBack(V* target, V* targetGradient, V* output, V** sources, PackedOperator<V> op, PackedOperator<V> gradient, StepRounding rounding, bool subtract, in Rows rows)
    {
        switch (op.Count)
        {
            case 3:
                LiftLinearBack<ThreeTaps>(target, targetGradient, output, sources, op, gradient, rounding, subtract, in rows);
                break;
            case 5:
                LiftLinearBack<FiveTaps>(target, targetGradient, output, sources, op, gradient, rounding, subtract, in rows);
                break;
            case 1:
                LiftLinearBack<OneTap>(target, targetGradient, output, sources, op, gradient, rounding, subtract, in rows);
                break;
            default:
                LiftLinearBack<AnyTaps>(target, targetGradient, output, sources, op, gradient, rounding, subtract, in rows);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Lift<K>(V* target, V** sources, PackedOperator<V> op, V* output, V* tanhTerms, bool subtract, in Rows rows)
        where K : struct, ITapCount
    {
        var (count, columns, stride, outputStride) = rows;
        var taps = new Taps<K>(op, sources);
        var (bias, proj, projBias) = (*op.Bias, *op.Proj, *op.ProjBias);
        var terms = new TanhTerms<V>(tanhTerms);
        for (nint row = 0; row < count; row++)
        {
            for (nint j = row * stride, o = row * outputStride, end = j + columns; j < end; j++, o++)
            {
                var relu = Activation.Relu<V, T>(taps.Sum(bias, j));
                var f = Activation.Tanh<V, T>(V.MultiplyAdd(proj, relu, projBias), terms);
                target[j] = subtract ? target[j] - f : target[j] + f;
                if (output != null)
                {
                    output[o] = f;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LiftBack<K>(V* target, V* targetGradient, V* output, V** sources, PackedOperator<V> op, PackedOperator<V> gradient, bool subtract, in Rows rows)
        where K : struct, ITapCount
    {
        var (count, columns, stride, outputStride) = rows;
        var taps = new Taps<K>(op, sources);
        var (bias, proj) = (*op.Bias, *op.Proj);
        V biasGradient = default, projGradient = default, projBiasGradient = default;
        V tap0 = default, tap1 = default, tap2 = default, tap3 = default, tap4 = default;
        for (nint row = 0; row < count; row++)
        {
            for (nint j = row * stride, o = row * outputStride, end = j + columns; j < end; j++, o++)
            {
                var sum = taps.Sum(bias, j);
                var relu = Activation.Relu<V, T>(sum);
                var f = output[o];
                target[j] = subtract ? target[j] + f : target[j] - f;

                // d tanh = 1 - tanh^2
                var g = targetGradient[j];
                g = subtract ? (f * f * g) - g : g - (f * f * g);
                projBiasGradient += g;
                projGradient = V.MultiplyAdd(g, relu, projGradient);
                g = V.WherePositive(sum, g * proj);
                biasGradient += g;
                output[o] = g;

                tap0 = V.MultiplyAdd(g, taps.Source0[j], tap0);
                if (K.Count >= 3)
                {
                    tap1 = V.MultiplyAdd(g, taps.Source1[j], tap1);
                    tap2 = V.MultiplyAdd(g, taps.Source2[j], tap2);
                }

                if (K.Count >= 5)
                {
                    tap3 = V.MultiplyAdd(g, taps.Source3[j], tap3);
                    tap4 = V.MultiplyAdd(g, taps.Source4[j], tap4);
                }
            }
        }

        *gradient.Bias += biasGradient;
        *gradient.Proj += projGradient;
        *gradient.ProjBias += projBiasGradient;
        gradient.Taps[0] += tap0;
        if (K.Count >= 3)
        {
            gradient.Taps[1] += tap1;
            gradient.Taps[2] += tap2;
        }

        if (K.Count >= 5)
        {
            gradient.Taps[3] += tap3;
            gradient.Taps[4] += tap4;
        }

        for (var k = K.Count; K.AndMore && k < op.Count; k++)
        {
            V tap = default;
            for (nint row = 0; row < count; row++)
            {
                for (nint j = row * stride, o = row * outputStride, end = j + columns; j < end; j++, o++)
                {
                    tap = V.MultiplyAdd(output[o], sources[k][j], tap);
                }
            }

            gradient.Taps[k] += tap;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LiftLinear<K>(V* target, V** sources, PackedOperator<V> op, StepRounding rounding, bool subtract, in Rows rows)
        where K : struct, ITapCount
    {
        var (count, columns, stride, _) = rows;
        var taps = new Taps<K>(op, sources);
        for (nint row = 0; row < count; row++)
        {
            for (nint j = row * stride, end = j + columns; j < end; j++)
            {
                var f = taps.Filtered(j, rounding);
                target[j] = subtract ? target[j] - f : target[j] + f;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LiftLinearBack<K>(V* target, V* targetGradient, V* output, V** sources, PackedOperator<V> op, PackedOperator<V> gradient, StepRounding rounding, bool subtract, in Rows rows)
        where K : struct, ITapCount
    {
        var (count, columns, stride, outputStride) = rows;
        var taps = new Taps<K>(op, sources);
        for (nint row = 0; row < count; row++)
        {
            for (nint j = row * stride, o = row * outputStride, end = j + columns; j < end; j++, o++)
            {
                var f = taps.Filtered(j, rounding);
                target[j] = subtract ? target[j] + f : target[j] - f;
                output[o] = subtract ? default(V) - targetGradient[j] : targetGradient[j];
            }
        }

        for (var k = 0; k < op.Count; k++)
        {
            V tap = default;
            for (nint row = 0; row < count; row++)
            {
                for (nint j = row * stride, o = row * outputStride, end = j + columns; j < end; j++, o++)
                {
                    tap = V.MultiplyAdd(output[o], sources[k][j], tap);
                }
            }

            gradient.Taps[k] += tap;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread<K>(V* target, V** sources, PackedOperator<V> op, in Rows rows)
        where K : struct, ITapCount
    {
        var (count, columns, stride, outputStride) = rows;
        var taps = new Taps<K>(op, sources);
        for (nint row = 0; row < count; row++)
        {
            for (nint j = row * stride, o = row * outputStride, end = j + columns; j < end; j++, o++)
            {
                target[j] = taps.Sum(target[j], o);
            }
        }
    }

    /// <summary>An operator's taps and where they read, held in registers.</summary>
    private readonly struct Taps<K>
        where K : struct, ITapCount
    {
        internal readonly V* Source0, Source1, Source2, Source3, Source4;
        private readonly V tap0, tap1, tap2, tap3, tap4;
        private readonly PackedOperator<V> op;
        private readonly V** sources;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Taps(PackedOperator<V> op, V** sources)
        {
            this.op = op;
            this.sources = sources;
            Source0 = sources[0];
            tap0 = op.Taps[0];
            if (K.Count >= 3)
            {
                Source1 = sources[1];
                tap1 = op.Taps[1];
                Source2 = sources[2];
                tap2 = op.Taps[2];
            }

            if (K.Count >= 5)
            {
                Source3 = sources[3];
                tap3 = op.Taps[3];
                Source4 = sources[4];
                tap4 = op.Taps[4];
            }
        }

        /// <summary><c>start + sum_k taps[k] sources[k][j]</c>.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal V Sum(V start, nint j)
        {
            var sum = V.MultiplyAdd(tap0, Source0[j], start);
            if (K.Count >= 3)
            {
                sum = V.MultiplyAdd(tap1, Source1[j], sum);
                sum = V.MultiplyAdd(tap2, Source2[j], sum);
            }

            if (K.Count >= 5)
            {
                sum = V.MultiplyAdd(tap3, Source3[j], sum);
                sum = V.MultiplyAdd(tap4, Source4[j], sum);
            }

            for (var k = K.Count; K.AndMore && k < op.Count; k++)
            {
                sum = V.MultiplyAdd(op.Taps[k], sources[k][j], sum);
            }

            return sum;
        }

        /// <summary>What a linear operator gives, rounded to an integer as the step says.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal V Filtered(nint j, StepRounding rounding) => rounding switch
        {
            StepRounding.None => Sum(default, j),
            StepRounding.Down => V.Floor(SumInOrder(j)),
            _ => V.Floor(SumInOrder(j) + Activation.Of<V, T>(0.5)),
        };

        /// <summary>
        /// <c>sum_k taps[k] sources[k][j]</c>, each product and each sum rounded: what is rounded to an integer has to be the same to
        /// the last bit on tensor operations, where <see cref="SameConv1d.ComputeInOrder"/> computes it.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal V SumInOrder(nint j)
        {
            var sum = tap0 * Source0[j];
            if (K.Count >= 3)
            {
                sum += tap1 * Source1[j];
                sum += tap2 * Source2[j];
            }

            if (K.Count >= 5)
            {
                sum += tap3 * Source3[j];
                sum += tap4 * Source4[j];
            }

            for (var k = K.Count; K.AndMore && k < op.Count; k++)
            {
                sum += op.Taps[k] * sources[k][j];
            }

            return sum;
        }
    }
}

/// <summary>Rows that take a step together.</summary>
/// <param name="Count">How many.</param>
/// <param name="Columns">Vectors in each.</param>
/// <param name="Stride">From one to the next.</param>
/// <param name="OutputStride">The same for what is kept of the operator's outputs.</param>
internal readonly record struct Rows(int Count, int Columns, int Stride, int OutputStride);

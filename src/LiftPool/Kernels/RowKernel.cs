using System.Runtime.CompilerServices;

namespace LiftPool.Kernels;

/// <summary>
/// The innermost loops: one lifting step on a row of vectors, and its gradient. Tap k of the vector at j reads
/// <c>sources[k][j]</c>, so a step along the row, down the columns or through the depth is the same loop with other pointers.
/// </summary>
/// <remarks>
/// The loops over j go four vectors at a time, so that a tap's loop overhead serves four multiplications and the long
/// chains of tanh run side by side.
/// </remarks>
internal static unsafe class RowKernel<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    /// <summary><c>target[j] -= f(j)</c>, or <c>+=</c>, with <c>f = tanh(proj * relu(bias + sum_k taps[k] sources[k][j]) + projBias)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Lift(V* target, V** sources, PackedOperator<V> op, bool subtract, int count)
    {
        var (bias, proj, projBias) = (*op.Bias, *op.Proj, *op.ProjBias);
        var j = 0;
        for (; j + 4 <= count; j += 4)
        {
            V a = bias, b = bias, c = bias, d = bias;
            for (var k = 0; k < op.Count; k++)
            {
                var tap = op.Taps[k];
                var source = sources[k] + j;
                a = V.MultiplyAdd(tap, source[0], a);
                b = V.MultiplyAdd(tap, source[1], b);
                c = V.MultiplyAdd(tap, source[2], c);
                d = V.MultiplyAdd(tap, source[3], d);
            }

            a = Activation.Tanh<V, T>(V.MultiplyAdd(proj, Activation.Relu<V, T>(a), projBias));
            b = Activation.Tanh<V, T>(V.MultiplyAdd(proj, Activation.Relu<V, T>(b), projBias));
            c = Activation.Tanh<V, T>(V.MultiplyAdd(proj, Activation.Relu<V, T>(c), projBias));
            d = Activation.Tanh<V, T>(V.MultiplyAdd(proj, Activation.Relu<V, T>(d), projBias));
            var to = target + j;
            if (subtract)
            {
                to[0] -= a;
                to[1] -= b;
                to[2] -= c;
                to[3] -= d;
            }
            else
            {
                to[0] += a;
                to[1] += b;
                to[2] += c;
                to[3] += d;
            }
        }

        for (; j < count; j++)
        {
            var f = bias;
            for (var k = 0; k < op.Count; k++)
            {
                f = V.MultiplyAdd(op.Taps[k], sources[k][j], f);
            }

            f = Activation.Tanh<V, T>(V.MultiplyAdd(proj, Activation.Relu<V, T>(f), projBias));
            target[j] = subtract ? target[j] - f : target[j] + f;
        }
    }

    /// <summary>
    /// Takes <see cref="Lift"/> back and carries the gradient through it: restores the target's value, and from the
    /// target's gradient adds to the operator's gradients and writes that of the convolution's output to
    /// <paramref name="inner"/>, for <see cref="Spread"/> to carry on to the sources.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void LiftBack(V* target, V* targetGradient, V* inner, V** sources, PackedOperator<V> op, PackedOperator<V> gradient, bool subtract, int count)
    {
        var (bias, proj, projBias) = (*op.Bias, *op.Proj, *op.ProjBias);
        V biasGradient = default, projGradient = default, projBiasGradient = default;
        var j = 0;
        for (; j + 4 <= count; j += 4)
        {
            V a = bias, b = bias, c = bias, d = bias;
            for (var k = 0; k < op.Count; k++)
            {
                var tap = op.Taps[k];
                var source = sources[k] + j;
                a = V.MultiplyAdd(tap, source[0], a);
                b = V.MultiplyAdd(tap, source[1], b);
                c = V.MultiplyAdd(tap, source[2], c);
                d = V.MultiplyAdd(tap, source[3], d);
            }

            Back(a, target + j, targetGradient[j], inner + j, proj, projBias, subtract, ref biasGradient, ref projGradient, ref projBiasGradient);
            Back(b, target + j + 1, targetGradient[j + 1], inner + j + 1, proj, projBias, subtract, ref biasGradient, ref projGradient, ref projBiasGradient);
            Back(c, target + j + 2, targetGradient[j + 2], inner + j + 2, proj, projBias, subtract, ref biasGradient, ref projGradient, ref projBiasGradient);
            Back(d, target + j + 3, targetGradient[j + 3], inner + j + 3, proj, projBias, subtract, ref biasGradient, ref projGradient, ref projBiasGradient);
        }

        for (; j < count; j++)
        {
            var sum = bias;
            for (var k = 0; k < op.Count; k++)
            {
                sum = V.MultiplyAdd(op.Taps[k], sources[k][j], sum);
            }

            Back(sum, target + j, targetGradient[j], inner + j, proj, projBias, subtract, ref biasGradient, ref projGradient, ref projBiasGradient);
        }

        *gradient.Bias += biasGradient;
        *gradient.Proj += projGradient;
        *gradient.ProjBias += projBiasGradient;
        for (var k = 0; k < op.Count; k++)
        {
            gradient.Taps[k] += Product(inner, sources[k], count);
        }
    }

    /// <summary>One vector of <see cref="LiftBack"/>, from the convolution's output <paramref name="sum"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Back(V sum, V* target, V targetGradient, V* inner, V proj, V projBias, bool subtract, ref V biasGradient, ref V projGradient, ref V projBiasGradient)
    {
        var relu = Activation.Relu<V, T>(sum);
        var f = Activation.Tanh<V, T>(V.MultiplyAdd(proj, relu, projBias));
        var g = targetGradient;
        if (subtract)
        {
            *target += f;
            g = default(V) - g;
        }
        else
        {
            *target -= f;
        }

        // d tanh = 1 - tanh^2
        g -= f * f * g;
        projBiasGradient += g;
        projGradient = V.MultiplyAdd(g, relu, projGradient);
        g = V.WherePositive(sum, g * proj);
        biasGradient += g;
        *inner = g;
    }

    /// <summary><c>sum_j a[j] b[j]</c>, for each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Product(V* a, V* b, int count)
    {
        V sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        var j = 0;
        for (; j + 4 <= count; j += 4)
        {
            sum0 = V.MultiplyAdd(a[j], b[j], sum0);
            sum1 = V.MultiplyAdd(a[j + 1], b[j + 1], sum1);
            sum2 = V.MultiplyAdd(a[j + 2], b[j + 2], sum2);
            sum3 = V.MultiplyAdd(a[j + 3], b[j + 3], sum3);
        }

        for (; j < count; j++)
        {
            sum0 = V.MultiplyAdd(a[j], b[j], sum0);
        }

        return sum0 + sum1 + (sum2 + sum3);
    }

    /// <summary><c>target[j] += sum_k taps[k] sources[k][j]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Spread(V* target, V** sources, V* taps, int tapCount, int count)
    {
        var j = 0;
        for (; j + 4 <= count; j += 4)
        {
            var to = target + j;
            V a = to[0], b = to[1], c = to[2], d = to[3];
            for (var k = 0; k < tapCount; k++)
            {
                var tap = taps[k];
                var source = sources[k] + j;
                a = V.MultiplyAdd(tap, source[0], a);
                b = V.MultiplyAdd(tap, source[1], b);
                c = V.MultiplyAdd(tap, source[2], c);
                d = V.MultiplyAdd(tap, source[3], d);
            }

            to[0] = a;
            to[1] = b;
            to[2] = c;
            to[3] = d;
        }

        for (; j < count; j++)
        {
            var sum = target[j];
            for (var k = 0; k < tapCount; k++)
            {
                sum = V.MultiplyAdd(taps[k], sources[k][j], sum);
            }

            target[j] = sum;
        }
    }
}

using System.Runtime.CompilerServices;

namespace LiftPool.Kernels;

/// <summary>The operators' two nonlinear functions.</summary>
internal static class Activation
{
    /// <summary>max(0, x); NaN stays NaN, as torch's relu keeps it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Relu<V, T>(V x)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
        => V.MaxNative(default, x);

    /// <summary>The larger as MaxPool has it: NaN if either is, of two zeros the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Max<V, T>(V a, V b)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
        => V.WhereSecond(a, b, b, a);

    /// <summary><c>|x|</c>; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Abs<V, T>(V x)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
        => V.MaxNative(default(V) - x, x);

    /// <summary>Vectors for the coefficients of <see cref="Tanh{V, T}(V, TanhTerms{V})"/>.</summary>
    internal static int TermCount => 12;

    /// <summary>
    /// Writes the coefficients of tanh. They are read from memory, not written as constants where they are used: a loop then
    /// keeps them in registers, where the JIT would fetch each constant again for every vector.
    /// </summary>
    internal static unsafe void StoreTerms<V, T>(V* terms)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
    {
        ReadOnlySpan<double> values =
        [
            9.056079730665202e-09, 1.7390372390923146e-05, 0.0032947674603429284, 0.13210133013246309, 0.9999995979194775,
            5.983139362442858e-07, 0.00029609194321391, 0.025107448329905507, 0.4654331171046609, 1,
            -8.499998, 8.499998,
        ];
        for (var i = 0; i < TermCount; i++)
        {
            terms[i] = Create<V, T>(values[i]);
        }
    }

    /// <summary>
    /// tanh within 7e-7 for float and 4e-16 for double, relatively: as good for the smallest signals as for those of the order of 1.
    /// </summary>
    /// <remarks>
    /// float: <c>x P(x^2) / Q(x^2)</c>, P and Q of degree four, the minimax fit of tanh on [0, 8.7] to an absolute 8e-8, found
    /// by linear programming on 4,000 Chebyshev points (bisection on the error bound e of |tanh Q - x P| &lt;= e Q). Beyond
    /// 8.499998, where tanh is 1 - 8e-8, it is the fraction's value there, which is 1 to the last bit: the derivative of a saturated
    /// tanh, 1 - tanh^2, is 0, and not the rounding error of 1.
    /// double: <c>(e - 1) / (e + 1)</c> with <c>e = exp(2x)</c>, clamped where tanh is 1; below 5/8, where the difference loses digits,
    /// <c>x + x^3 P(x^2) / Q(x^2)</c> with the coefficients of S. L. Moshier's Cephes library (tanh.c).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Tanh<V, T>(V x, TanhTerms<V> terms)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
        {
            var e = Clamp<V, T>(x, Create<V, T>(-20), Create<V, T>(20));
            e = V.Exp(e + e);
            var large = (e - Create<V, T>(1)) / (e + Create<V, T>(1));
            var z = x * x;
            var n = V.MultiplyAdd(Create<V, T>(-0.964399179425052238628), z, Create<V, T>(-99.2877231001918586564));
            n = V.MultiplyAdd(n, z, Create<V, T>(-1614.68768441708447952));
            var m = V.MultiplyAdd(z + Create<V, T>(112.811678491632931402), z, Create<V, T>(2235.48839060100448583));
            m = V.MultiplyAdd(m, z, Create<V, T>(4844.06305325125486048));
            return V.WhereLess(z, Create<V, T>(0.625 * 0.625), V.MultiplyAdd(x * z, n / m, x), large);
        }

        x = Clamp<V, T>(x, terms.Low, terms.High);
        var square = x * x;
        var p = V.MultiplyAdd(terms.P4, square, terms.P3);
        p = V.MultiplyAdd(p, square, terms.P2);
        p = V.MultiplyAdd(p, square, terms.P1);
        p = V.MultiplyAdd(p, square, terms.P0);
        var q = V.MultiplyAdd(terms.Q4, square, terms.Q3);
        q = V.MultiplyAdd(q, square, terms.Q2);
        q = V.MultiplyAdd(q, square, terms.Q1);
        q = V.MultiplyAdd(q, square, terms.Q0);
        return x * p / q;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Clamp<V, T>(V x, V low, V high)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
        => V.MaxNative(low, V.MinNative(high, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Create<V, T>(double value)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
        => typeof(T) == typeof(float)
            ? V.Create(Unsafe.BitCast<float, T>((float)value))
            : V.Create(Unsafe.BitCast<double, T>(value));
}

/// <summary>The coefficients of tanh for float: P, Q from the highest degree down, and where it is 1.</summary>
internal readonly unsafe struct TanhTerms<V>
    where V : unmanaged
{
    internal readonly V P4, P3, P2, P1, P0, Q4, Q3, Q2, Q1, Q0, Low, High;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TanhTerms(V* terms)
    {
        (P4, P3, P2, P1, P0) = (terms[0], terms[1], terms[2], terms[3], terms[4]);
        (Q4, Q3, Q2, Q1, Q0) = (terms[5], terms[6], terms[7], terms[8], terms[9]);
        (Low, High) = (terms[10], terms[11]);
    }
}

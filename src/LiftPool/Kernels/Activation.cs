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
        => V.MaxOrSecond(default, x);

    /// <summary>
    /// tanh within 5e-7 for float and 5e-16 for double, absolutely: what the lifting adds it to is of the order of 1.
    /// </summary>
    /// <remarks>
    /// float: <c>x P(x^2) / Q(x^2)</c>, P and Q of degree four, the minimax fit of tanh on [0, 8.7] to an absolute 8e-8, found
    /// by linear programming on 4,000 Chebyshev points (bisection on the error bound e of |tanh Q - x P| &lt;= e Q). Beyond
    /// 8.7, tanh is 1 to float precision.
    /// double: <c>(e - 1) / (e + 1)</c> with <c>e = exp(2x)</c>, clamped where tanh is 1.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Tanh<V, T>(V x)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
        {
            var e = Clamp<V, T>(x, 20);
            e = V.Exp(e + e);
            return (e - Of<V, T>(1)) / (e + Of<V, T>(1));
        }

        x = Clamp<V, T>(x, 8.7);
        var square = x * x;
        var p = V.MultiplyAdd(Of<V, T>(9.056079730665202e-09), square, Of<V, T>(1.7390372390923146e-05));
        p = V.MultiplyAdd(p, square, Of<V, T>(0.0032947674603429284));
        p = V.MultiplyAdd(p, square, Of<V, T>(0.13210133013246309));
        p = V.MultiplyAdd(p, square, Of<V, T>(0.9999995979194775));
        var q = V.MultiplyAdd(Of<V, T>(5.983139362442858e-07), square, Of<V, T>(0.00029609194321391));
        q = V.MultiplyAdd(q, square, Of<V, T>(0.025107448329905507));
        q = V.MultiplyAdd(q, square, Of<V, T>(0.4654331171046609));
        q = V.MultiplyAdd(q, square, Of<V, T>(1));
        return x * p / q;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Clamp<V, T>(V x, double limit)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
        => V.MaxOrSecond(Of<V, T>(-limit), V.MinOrSecond(Of<V, T>(limit), x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Of<V, T>(double value)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
        => typeof(T) == typeof(float)
            ? V.Of(Unsafe.BitCast<float, T>((float)value))
            : V.Of(Unsafe.BitCast<double, T>(value));
}

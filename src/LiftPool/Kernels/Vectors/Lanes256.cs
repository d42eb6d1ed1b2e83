using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LiftPool.Kernels;

/// <summary>256 bits of channels.</summary>
internal readonly unsafe struct Lanes256<T>(Vector256<T> vector) : ILanes<Lanes256<T>, T>
    where T : unmanaged
{
    private readonly Vector256<T> vector = vector;

    public static int Count => Vector256<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Load(T* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Create(T value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator +(Lanes256<T> a, Lanes256<T> b) => new(a.vector + b.vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator -(Lanes256<T> a, Lanes256<T> b) => new(a.vector - b.vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator *(Lanes256<T> a, Lanes256<T> b) => new(a.vector * b.vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator /(Lanes256<T> a, Lanes256<T> b) => new(a.vector / b.vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> MultiplyAdd(Lanes256<T> a, Lanes256<T> b, Lanes256<T> c)
        => typeof(T) == typeof(float)
            ? new(Vector256.FusedMultiplyAdd(a.vector.AsSingle(), b.vector.AsSingle(), c.vector.AsSingle()).As<float, T>())
            : new(Vector256.FusedMultiplyAdd(a.vector.AsDouble(), b.vector.AsDouble(), c.vector.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> MaxNative(Lanes256<T> a, Lanes256<T> b) => new(Vector256.MaxNative(a.vector, b.vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> MinNative(Lanes256<T> a, Lanes256<T> b) => new(Vector256.MinNative(a.vector, b.vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> WherePositive(Lanes256<T> gate, Lanes256<T> value)
        => new(Vector256.ConditionalSelect(Vector256.LessThanOrEqual(gate.vector, Vector256<T>.Zero), Vector256<T>.Zero, value.vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> WhereLess(Lanes256<T> x, Lanes256<T> limit, Lanes256<T> a, Lanes256<T> b)
        => new(Vector256.ConditionalSelect(Vector256.LessThan(x.vector, limit.vector), a.vector, b.vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> WhereSecond(Lanes256<T> first, Lanes256<T> second, Lanes256<T> a, Lanes256<T> b)
    {
        var isNumber = Vector256.Equals(second.vector, second.vector);
        return new(Vector256.ConditionalSelect(Vector256.LessThan(first.vector, second.vector) | ~isNumber, a.vector, b.vector));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Exp(Lanes256<T> a) => new(Vector256.Exp(a.vector.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Floor(Lanes256<T> a)
        => typeof(T) == typeof(float)
            ? new(Vector256.Floor(a.vector.AsSingle()).As<float, T>())
            : new(Vector256.Floor(a.vector.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* target) => vector.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreNonTemporal(T* target) => vector.StoreAlignedNonTemporal(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(TileRows<T> from, TileRows<T> to)
    {
        if (typeof(T) == typeof(float) && Avx.IsSupported)
        {
            TransposeFour(from, 0, to);
            TransposeFour(from, 4, to);
        }
        else
        {
            LanesScalar<T>.TransposeTile(from, to, Count);
        }
    }

    /// <summary>
    /// Four columns of floats: a half of the vector takes four rows, so that transposing 4x4 squares inside the halves gives
    /// whole columns.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeFour(TileRows<T> from, int column, TileRows<T> to)
    {
        var row0 = TwoRows(from, 0, column);
        var row1 = TwoRows(from, 1, column);
        var row2 = TwoRows(from, 2, column);
        var row3 = TwoRows(from, 3, column);
        var low01 = Avx.UnpackLow(row0, row1).AsDouble();
        var high01 = Avx.UnpackHigh(row0, row1).AsDouble();
        var low23 = Avx.UnpackLow(row2, row3).AsDouble();
        var high23 = Avx.UnpackHigh(row2, row3).AsDouble();
        Avx.UnpackLow(low01, low23).AsSingle().Store((float*)to[column]);
        Avx.UnpackHigh(low01, low23).AsSingle().Store((float*)to[column + 1]);
        Avx.UnpackLow(high01, high23).AsSingle().Store((float*)to[column + 2]);
        Avx.UnpackHigh(high01, high23).AsSingle().Store((float*)to[column + 3]);
    }

    /// <summary>Four elements, from a column on, of each fourth row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> TwoRows(TileRows<T> from, int row, int column)
        => Avx.InsertVector128(Four(from, row, column).ToVector256Unsafe(), Four(from, row + 4, column), 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Four(TileRows<T> from, int row, int column) => Vector128.Load((float*)from[row] + column);
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LiftPool.Kernels;

/// <summary>512 bits of channels.</summary>
internal readonly unsafe struct Lanes512<T>(Vector512<T> vector) : ILanes<Lanes512<T>, T>
    where T : unmanaged
{
    private readonly Vector512<T> vector = vector;

    public static int Count => Vector512<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Load(T* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Create(T value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator +(Lanes512<T> a, Lanes512<T> b) => new(a.vector + b.vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator -(Lanes512<T> a, Lanes512<T> b) => new(a.vector - b.vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator *(Lanes512<T> a, Lanes512<T> b) => new(a.vector * b.vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator /(Lanes512<T> a, Lanes512<T> b) => new(a.vector / b.vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> MultiplyAdd(Lanes512<T> a, Lanes512<T> b, Lanes512<T> c)
        => typeof(T) == typeof(float)
            ? new(Vector512.FusedMultiplyAdd(a.vector.AsSingle(), b.vector.AsSingle(), c.vector.AsSingle()).As<float, T>())
            : new(Vector512.FusedMultiplyAdd(a.vector.AsDouble(), b.vector.AsDouble(), c.vector.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> MaxNative(Lanes512<T> a, Lanes512<T> b) => new(Vector512.MaxNative(a.vector, b.vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> MinNative(Lanes512<T> a, Lanes512<T> b) => new(Vector512.MinNative(a.vector, b.vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> WherePositive(Lanes512<T> gate, Lanes512<T> value)
        => new(Vector512.ConditionalSelect(Vector512.LessThanOrEqual(gate.vector, Vector512<T>.Zero), Vector512<T>.Zero, value.vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> WhereLess(Lanes512<T> x, Lanes512<T> limit, Lanes512<T> a, Lanes512<T> b)
        => new(Vector512.ConditionalSelect(Vector512.LessThan(x.vector, limit.vector), a.vector, b.vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> WhereSecond(Lanes512<T> first, Lanes512<T> second, Lanes512<T> a, Lanes512<T> b)
    {
        var isNumber = Vector512.Equals(second.vector, second.vector);
        return new(Vector512.ConditionalSelect(Vector512.LessThan(first.vector, second.vector) | ~isNumber, a.vector, b.vector));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Exp(Lanes512<T> a) => new(Vector512.Exp(a.vector.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Floor(Lanes512<T> a)
        => typeof(T) == typeof(float)
            ? new(Vector512.Floor(a.vector.AsSingle()).As<float, T>())
            : new(Vector512.Floor(a.vector.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* target) => vector.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreNonTemporal(T* target) => vector.StoreAlignedNonTemporal(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(TileRows<T> from, TileRows<T> to)
    {
        if (typeof(T) == typeof(float) && Avx512F.IsSupported)
        {
            for (var column = 0; column < 16; column += 4)
            {
                TransposeFour(from, column, to);
            }
        }
        else
        {
            LanesScalar<T>.TransposeTile(from, to, Count);
        }
    }

    /// <summary>
    /// Four columns of floats: a quarter of the vector takes four rows, so that transposing 4x4 squares inside the quarters
    /// gives whole columns.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeFour(TileRows<T> from, int column, TileRows<T> to)
    {
        var row0 = FourRows(from, 0, column);
        var row1 = FourRows(from, 1, column);
        var row2 = FourRows(from, 2, column);
        var row3 = FourRows(from, 3, column);
        var low01 = Avx512F.UnpackLow(row0, row1).AsDouble();
        var high01 = Avx512F.UnpackHigh(row0, row1).AsDouble();
        var low23 = Avx512F.UnpackLow(row2, row3).AsDouble();
        var high23 = Avx512F.UnpackHigh(row2, row3).AsDouble();
        Avx512F.UnpackLow(low01, low23).AsSingle().Store((float*)to[column]);
        Avx512F.UnpackHigh(low01, low23).AsSingle().Store((float*)to[column + 1]);
        Avx512F.UnpackLow(high01, high23).AsSingle().Store((float*)to[column + 2]);
        Avx512F.UnpackHigh(high01, high23).AsSingle().Store((float*)to[column + 3]);
    }

    /// <summary>Four elements, from a column on, of each fourth row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> FourRows(TileRows<T> from, int row, int column)
    {
        var rows = Four(from, row, column).ToVector256Unsafe().ToVector512Unsafe();
        rows = Avx512F.InsertVector128(rows, Four(from, row + 4, column), 1);
        rows = Avx512F.InsertVector128(rows, Four(from, row + 8, column), 2);
        return Avx512F.InsertVector128(rows, Four(from, row + 12, column), 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Four(TileRows<T> from, int row, int column) => Vector128.Load((float*)from[row] + column);
}

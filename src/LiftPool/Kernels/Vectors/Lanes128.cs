using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LiftPool.Kernels;

/// <summary>128 bits of channels.</summary>
internal readonly unsafe struct Lanes128<T>(Vector128<T> vector) : ILanes<Lanes128<T>, T>
    where T : unmanaged
{
    private readonly Vector128<T> vector = vector;

    public static int Count => Vector128<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Load(T* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Create(T value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator +(Lanes128<T> a, Lanes128<T> b) => new(a.vector + b.vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator -(Lanes128<T> a, Lanes128<T> b) => new(a.vector - b.vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator *(Lanes128<T> a, Lanes128<T> b) => new(a.vector * b.vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator /(Lanes128<T> a, Lanes128<T> b) => new(a.vector / b.vector);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> MultiplyAdd(Lanes128<T> a, Lanes128<T> b, Lanes128<T> c)
        => typeof(T) == typeof(float)
            ? new(Vector128.FusedMultiplyAdd(a.vector.AsSingle(), b.vector.AsSingle(), c.vector.AsSingle()).As<float, T>())
            : new(Vector128.FusedMultiplyAdd(a.vector.AsDouble(), b.vector.AsDouble(), c.vector.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> MaxNative(Lanes128<T> a, Lanes128<T> b) => new(Vector128.MaxNative(a.vector, b.vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> MinNative(Lanes128<T> a, Lanes128<T> b) => new(Vector128.MinNative(a.vector, b.vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> WherePositive(Lanes128<T> gate, Lanes128<T> value)
        => new(Vector128.ConditionalSelect(Vector128.LessThanOrEqual(gate.vector, Vector128<T>.Zero), Vector128<T>.Zero, value.vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> WhereLess(Lanes128<T> x, Lanes128<T> limit, Lanes128<T> a, Lanes128<T> b)
        => new(Vector128.ConditionalSelect(Vector128.LessThan(x.vector, limit.vector), a.vector, b.vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> WhereSecond(Lanes128<T> first, Lanes128<T> second, Lanes128<T> a, Lanes128<T> b)
    {
        var isNumber = Vector128.Equals(second.vector, second.vector);
        return new(Vector128.ConditionalSelect(Vector128.LessThan(first.vector, second.vector) | ~isNumber, a.vector, b.vector));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Exp(Lanes128<T> a) => new(Vector128.Exp(a.vector.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Floor(Lanes128<T> a)
        => typeof(T) == typeof(float)
            ? new(Vector128.Floor(a.vector.AsSingle()).As<float, T>())
            : new(Vector128.Floor(a.vector.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* target) => vector.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreNonTemporal(T* target) => vector.StoreAlignedNonTemporal(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(TileRows<T> from, TileRows<T> to)
    {
        if (typeof(T) == typeof(float) && (Sse.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            var row0 = Vector128.Load((float*)from[0]);
            var row1 = Vector128.Load((float*)from[1]);
            var row2 = Vector128.Load((float*)from[2]);
            var row3 = Vector128.Load((float*)from[3]);
            var low02 = ZipLow(row0, row2);
            var low13 = ZipLow(row1, row3);
            var high02 = ZipHigh(row0, row2);
            var high13 = ZipHigh(row1, row3);
            ZipLow(low02, low13).Store((float*)to[0]);
            ZipHigh(low02, low13).Store((float*)to[1]);
            ZipLow(high02, high13).Store((float*)to[2]);
            ZipHigh(high02, high13).Store((float*)to[3]);
        }
        else
        {
            LanesScalar<T>.TransposeTile(from, to, Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> a, Vector128<float> b)
        => Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> a, Vector128<float> b)
        => Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);
}

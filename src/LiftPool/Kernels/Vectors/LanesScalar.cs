using System.Runtime.CompilerServices;

namespace LiftPool.Kernels;

/// <summary>
/// One channel at a time: what the kernels are on a machine without vectors, and the version to step through in a
/// debugger.
/// </summary>
internal readonly unsafe struct LanesScalar<T>(T value) : ILanes<LanesScalar<T>, T>
    where T : unmanaged
{
    private readonly T value = value;

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesScalar<T> Load(T* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesScalar<T> Create(T value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesScalar<T> operator +(LanesScalar<T> a, LanesScalar<T> b)
        => IsSingle ? Create(a.Single + b.Single) : Create(a.Double + b.Double);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesScalar<T> operator -(LanesScalar<T> a, LanesScalar<T> b)
        => IsSingle ? Create(a.Single - b.Single) : Create(a.Double - b.Double);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesScalar<T> operator *(LanesScalar<T> a, LanesScalar<T> b)
        => IsSingle ? Create(a.Single * b.Single) : Create(a.Double * b.Double);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesScalar<T> operator /(LanesScalar<T> a, LanesScalar<T> b)
        => IsSingle ? Create(a.Single / b.Single) : Create(a.Double / b.Double);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesScalar<T> MultiplyAdd(LanesScalar<T> a, LanesScalar<T> b, LanesScalar<T> c)
        => IsSingle
            ? Create(float.FusedMultiplyAdd(a.Single, b.Single, c.Single))
            : Create(double.FusedMultiplyAdd(a.Double, b.Double, c.Double));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesScalar<T> MaxNative(LanesScalar<T> a, LanesScalar<T> b)
        => IsSingle ? (a.Single > b.Single ? a : b) : (a.Double > b.Double ? a : b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesScalar<T> MinNative(LanesScalar<T> a, LanesScalar<T> b)
        => IsSingle ? (a.Single < b.Single ? a : b) : (a.Double < b.Double ? a : b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesScalar<T> WherePositive(LanesScalar<T> gate, LanesScalar<T> value)
        => (IsSingle ? gate.Single <= 0 : gate.Double <= 0) ? default : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesScalar<T> WhereLess(LanesScalar<T> x, LanesScalar<T> limit, LanesScalar<T> a, LanesScalar<T> b)
        => IsSingle ? x.Single < limit.Single ? a : b : x.Double < limit.Double ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesScalar<T> WhereSecond(LanesScalar<T> first, LanesScalar<T> second, LanesScalar<T> a, LanesScalar<T> b)
        => IsSingle
            ? first.Single < second.Single || float.IsNaN(second.Single) ? a : b
            : first.Double < second.Double || double.IsNaN(second.Double) ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesScalar<T> Exp(LanesScalar<T> a) => Create(Math.Exp(a.Double));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesScalar<T> Floor(LanesScalar<T> a) => IsSingle ? Create(MathF.Floor(a.Single)) : Create(Math.Floor(a.Double));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* target) => *target = value;

    public void StoreNonTemporal(T* target) => Store(target);

    public static void Transpose(TileRows<T> from, TileRows<T> to) => *to[0] = *from[0];

    /// <summary>The plain transpose, for the widths and types without a faster one.</summary>
    internal static void TransposeTile(TileRows<T> from, TileRows<T> to, int count)
    {
        for (var row = 0; row < count; row++)
        {
            for (var column = 0; column < count; column++)
            {
                to[column][row] = from[row][column];
            }
        }
    }

    private static bool IsSingle => typeof(T) == typeof(float);

    private float Single => Unsafe.BitCast<T, float>(value);

    private double Double => Unsafe.BitCast<T, double>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static LanesScalar<T> Create(float value) => new(Unsafe.BitCast<float, T>(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static LanesScalar<T> Create(double value) => new(Unsafe.BitCast<double, T>(value));
}

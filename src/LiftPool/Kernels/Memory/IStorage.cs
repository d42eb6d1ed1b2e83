using System.Runtime.CompilerServices;

namespace LiftPool.Kernels;

/// <summary>The type in which a tensor's elements lie in memory.</summary>
internal enum StorageType
{
    Float32,
    Float64,
    Float16,
    BFloat16,
}

/// <summary>
/// From the type of a tensor's elements to the one that is computed in, and back, as many as a vector has lanes at a time.
/// </summary>
internal unsafe interface IStorage<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    /// <summary>Bytes of an element.</summary>
    static abstract int Size { get; }

    /// <summary>Whether elements are computed in as they lie.</summary>
    static abstract bool IsComputed { get; }

    static abstract void Load(byte* from, V* to);

    static abstract void Store(V* from, byte* to);
}

/// <summary>Of float32 and float64, which are computed in.</summary>
internal readonly unsafe struct ComputedStorage<V, T> : IStorage<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    public static int Size => sizeof(T);

    public static bool IsComputed => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* from, V* to) => *to = V.Load((T*)from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V* from, byte* to) => from->Store((T*)to);
}

/// <summary>bfloat16, computed in float32.</summary>
internal readonly unsafe struct BFloat16Storage<V, T> : IStorage<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    public static int Size => sizeof(ushort);

    public static bool IsComputed => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* from, V* to) => HalfTypes.LoadBFloat16((ushort*)from, (float*)to, V.Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V* from, byte* to) => HalfTypes.StoreBFloat16((float*)from, (ushort*)to, V.Count);
}

/// <summary>float16, computed in float32.</summary>
internal readonly unsafe struct Float16Storage<V, T> : IStorage<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    public static int Size => sizeof(ushort);

    public static bool IsComputed => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* from, V* to) => HalfTypes.LoadFloat16((ushort*)from, (float*)to, V.Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V* from, byte* to) => HalfTypes.StoreFloat16((float*)from, (ushort*)to, V.Count);
}

/// <summary>The one choice by the type of a tensor's elements.</summary>
internal static unsafe class Storages
{
    internal static int Size(StorageType storage) => storage switch
    {
        StorageType.Float64 => sizeof(double),
        StorageType.Float32 => sizeof(float),
        _ => sizeof(ushort),
    };

    internal static PlaneReader<V> NewReader<V, T>(StorageType storage, Arena arena)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
        => storage switch
        {
            StorageType.BFloat16 => new PlaneReader<BFloat16Storage<V, T>, V, T>(arena),
            StorageType.Float16 => new PlaneReader<Float16Storage<V, T>, V, T>(arena),
            _ => new PlaneReader<ComputedStorage<V, T>, V, T>(arena),
        };

    internal static PlaneWriter<V> NewWriter<V, T>(StorageType storage, Arena arena)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
        => storage switch
        {
            StorageType.BFloat16 => new PlaneWriter<BFloat16Storage<V, T>, V, T>(arena),
            StorageType.Float16 => new PlaneWriter<Float16Storage<V, T>, V, T>(arena),
            _ => new PlaneWriter<ComputedStorage<V, T>, V, T>(arena),
        };

    /// <summary>An element as a number.</summary>
    internal static double ReadNumber(StorageType storage, nint address) => storage switch
    {
        StorageType.Float64 => *(double*)address,
        StorageType.Float32 => *(float*)address,
        StorageType.Float16 => (double)*(Half*)address,
        _ => HalfTypes.FromBFloat16(*(ushort*)address),
    };

    internal static void WriteNumber(StorageType storage, nint address, double number)
    {
        switch (storage)
        {
            case StorageType.Float64:
                *(double*)address = number;
                break;
            case StorageType.Float32:
                *(float*)address = (float)number;
                break;
            case StorageType.Float16:
                *(Half*)address = (Half)number;
                break;
            default:
                *(ushort*)address = HalfTypes.ToBFloat16((float)number);
                break;
        }
    }
}

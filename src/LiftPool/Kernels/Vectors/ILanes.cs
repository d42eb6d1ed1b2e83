namespace LiftPool.Kernels;

/// <summary>
/// A SIMD vector whose lanes are channels: one for each of <see cref="Count"/> channels side by side. Every kernel is
/// written once over it, for all widths and both element types; the JIT compiles a version for each.
/// </summary>
/// <typeparam name="TSelf">The vector.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
internal unsafe interface ILanes<TSelf, T>
    where TSelf : unmanaged, ILanes<TSelf, T>
    where T : unmanaged
{
    /// <summary>Channels side by side.</summary>
    static abstract int Count { get; }

    static abstract TSelf Load(T* source);

    static abstract TSelf Create(T value);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary><c>a * b + c</c>, rounded once.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The larger; <paramref name="b"/> if either is NaN, so that NaN goes through when it stands there.</summary>
    static abstract TSelf MaxNative(TSelf a, TSelf b);

    /// <summary>The smaller; <paramref name="b"/> if either is NaN.</summary>
    static abstract TSelf MinNative(TSelf a, TSelf b);

    /// <summary>
    /// <paramref name="value"/> where <paramref name="gate"/> is positive or NaN, elsewhere 0: the gradient of ReLU, as torch has it.
    /// </summary>
    static abstract TSelf WherePositive(TSelf gate, TSelf value);

    /// <summary><paramref name="a"/> where <paramref name="x"/> is below the limit, elsewhere <paramref name="b"/>, also for NaN.</summary>
    static abstract TSelf WhereLess(TSelf x, TSelf limit, TSelf a, TSelf b);

    /// <summary>
    /// <paramref name="a"/> where the second is the maximum of both as MaxPool has it, elsewhere <paramref name="b"/>: the larger, of
    /// equals the first; NaN before all, of two the second.
    /// </summary>
    static abstract TSelf WhereSecond(TSelf first, TSelf second, TSelf a, TSelf b);

    /// <summary>e to the power of a, of doubles.</summary>
    static abstract TSelf Exp(TSelf a);

    static abstract TSelf Floor(TSelf a);

    void Store(T* target);

    /// <summary>To an aligned address, past the caches: nobody reads it soon.</summary>
    void StoreNonTemporal(T* target);

    /// <summary>
    /// Transposes a tile of <see cref="Count"/> rows of <see cref="Count"/> elements: what stood at column c of row r comes to
    /// column r of row c.
    /// </summary>
    static abstract void Transpose(TileRows<T> from, TileRows<T> to);
}

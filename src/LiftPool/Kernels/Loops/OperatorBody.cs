using System.Runtime.CompilerServices;

namespace LiftPool.Kernels;

/// <summary>What an operator makes of its taps' sum, in the innermost loop.</summary>
internal unsafe interface IOperatorBody<TSelf, V, T>
    where TSelf : struct, IOperatorBody<TSelf, V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    /// <summary>Takes what it needs into registers.</summary>
    static abstract TSelf Of(PackedWeights<V> weights, V* tanhTerms);

    V Sum<K>(in Filter<K, V, T> filter, Sources<K, V> sources, nint j)
        where K : struct, ITapCount;

    V Value(V sum);

    /// <summary>The derivative of the value by the sum.</summary>
    V Derivative(V sum, V value);
}

/// <summary>An operator whose projection something follows.</summary>
internal unsafe interface IActivatedBody<TSelf, V, T> : IOperatorBody<TSelf, V, T>
    where TSelf : struct, IActivatedBody<TSelf, V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    /// <summary>The gradient of the projection's output from that of what the step changed, with the step's sign.</summary>
    static abstract V Back(V gradient, V value, bool subtract);
}

/// <summary>The paper's: <c>tanh(proj * relu(sum) + projBias)</c>.</summary>
internal readonly unsafe struct TanhBody<V, T> : IActivatedBody<TanhBody<V, T>, V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly V bias, proj, projBias;
    private readonly TanhTerms<V> terms;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TanhBody(PackedWeights<V> weights, V* tanhTerms)
    {
        (bias, proj, projBias) = (*weights.Bias, *weights.Proj, *weights.ProjBias);
        terms = new TanhTerms<V>(tanhTerms);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TanhBody<V, T> Of(PackedWeights<V> weights, V* tanhTerms) => new(weights, tanhTerms);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Sum<K>(in Filter<K, V, T> filter, Sources<K, V> sources, nint j)
        where K : struct, ITapCount
        => filter.Sum(bias, sources, j);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value(V sum) => Activation.Tanh<V, T>(V.MultiplyAdd(proj, Activation.Relu<V, T>(sum), projBias), terms);

    // d tanh = 1 - tanh^2
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative(V sum, V value)
        => V.WherePositive(sum, proj * V.MultiplyAdd(default(V) - value, value, Activation.Create<V, T>(1)));

    // The derivative is rounded once; an infinite gradient stays infinite.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Back(V gradient, V value, bool subtract) => gradient * (subtract
        ? V.MultiplyAdd(value, value, Activation.Create<V, T>(-1))
        : V.MultiplyAdd(default(V) - value, value, Activation.Create<V, T>(1)));
}

/// <summary>The paper's without its tanh: <c>proj * relu(sum) + projBias</c>.</summary>
internal readonly unsafe struct ReluBody<V, T> : IActivatedBody<ReluBody<V, T>, V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly V bias, proj, projBias;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReluBody(PackedWeights<V> weights) => (bias, proj, projBias) = (*weights.Bias, *weights.Proj, *weights.ProjBias);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReluBody<V, T> Of(PackedWeights<V> weights, V* tanhTerms) => new(weights);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Sum<K>(in Filter<K, V, T> filter, Sources<K, V> sources, nint j)
        where K : struct, ITapCount
        => filter.Sum(bias, sources, j);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value(V sum) => V.MultiplyAdd(proj, Activation.Relu<V, T>(sum), projBias);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative(V sum, V value) => V.WherePositive(sum, proj);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Back(V gradient, V value, bool subtract) => subtract ? default(V) - gradient : gradient;
}

/// <summary>A linear filter: the sum itself.</summary>
internal readonly unsafe struct LinearBody<V, T> : IOperatorBody<LinearBody<V, T>, V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    public static LinearBody<V, T> Of(PackedWeights<V> weights, V* tanhTerms) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Sum<K>(in Filter<K, V, T> filter, Sources<K, V> sources, nint j)
        where K : struct, ITapCount
        => filter.Sum(default, sources, j);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value(V sum) => sum;

    public V Derivative(V sum, V value) => Activation.Create<V, T>(1);
}

/// <summary>
/// A linear filter in a lossless scheme: <c>floor(sum)</c>, or <c>floor(sum + 1/2)</c>. The gradient goes through the rounding.
/// </summary>
internal readonly unsafe struct RoundedBody<V, T, TRounding> : IOperatorBody<RoundedBody<V, T, TRounding>, V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
    where TRounding : struct, IRounding
{
    public static RoundedBody<V, T, TRounding> Of(PackedWeights<V> weights, V* tanhTerms) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Sum<K>(in Filter<K, V, T> filter, Sources<K, V> sources, nint j)
        where K : struct, ITapCount
        => filter.SumInOrder(sources, j);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value(V sum) => V.Floor(TRounding.IsToNearest ? sum + Activation.Create<V, T>(0.5) : sum);

    public V Derivative(V sum, V value) => Activation.Create<V, T>(1);
}

/// <summary>To which integer.</summary>
internal interface IRounding
{
    static abstract bool IsToNearest { get; }
}

internal readonly struct RoundsDown : IRounding
{
    public static bool IsToNearest => false;
}

internal readonly struct RoundsToNearest : IRounding
{
    public static bool IsToNearest => true;
}

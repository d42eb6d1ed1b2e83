namespace LiftPool;

/// <summary>
/// Everything a <c>LiftDownPool</c> took apart, and all that a <c>LiftUpPool</c> needs to put it together again: every sub-band of
/// the input and, where an odd axis was cropped, the samples that took no part.
/// </summary>
/// <remarks>
/// <para>It owns its tensors: disposing it disposes them, and so does the dispose scope it lives in.
/// None of them shares storage with the pool's output or input.</para>
/// <para>A band may be changed in place, under <c>no_grad()</c>, before the bands are put together. Samples that took no part come back as
/// they were, so that zeros in every band do not restore zeros there; a pool with <c>ceil_mode: true</c> leaves none out.</para>
/// </remarks>
public sealed class LiftBands : IDisposable
{
    private readonly Tensor[] bands;
    private readonly Tensor[] kept;
    private readonly long[] inputShape;
    private bool disposed;

    internal LiftBands(Tensor[] bands, Tensor[] kept, long[] inputShape)
    {
        this.bands = bands;
        this.kept = kept;
        this.inputShape = inputShape;
        Axes = int.Log2(bands.Length);
        Names = [.. Enumerable.Range(0, bands.Length).Select(Name)];
    }

    /// <summary>
    /// The bands' names in their order: <c>L, H</c>, or <c>LL, LH, HL, HH</c>, or <c>LLL, LLH, ... HHH</c>; one letter an axis,
    /// horizontal first.
    /// </summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The shape of the input that the bands came from, and of the output that they are put together to.</summary>
    public IReadOnlyList<long> InputShape => inputShape;

    /// <summary>The band of that name: the input's shape with half the length on every axis.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such band; the message lists those there are.</exception>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public Tensor this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            ObjectDisposedException.ThrowIf(IsGone, this);
            for (var i = 0; i < bands.Length; i++)
            {
                if (Names[i] == name)
                {
                    return bands[i];
                }
            }

            throw Errors.Wrong(nameof(LiftBands), $"one of the bands {string.Join(", ", Names)}", $"\"{name}\"", nameof(name));
        }
    }

    /// <summary>Two axes: the smooth copy. Short for <c>this["LL"]</c>, as are the next three.</summary>
    /// <exception cref="ArgumentException">The bands are not of two axes.</exception>
    public Tensor LL => this[nameof(LL)];

    /// <summary>Two axes: horizontal edges, low along the row and high down the column.</summary>
    /// <exception cref="ArgumentException">The bands are not of two axes.</exception>
    public Tensor LH => this[nameof(LH)];

    /// <summary>Two axes: vertical edges, high along the row and low down the column.</summary>
    /// <exception cref="ArgumentException">The bands are not of two axes.</exception>
    public Tensor HL => this[nameof(HL)];

    /// <summary>Two axes: diagonals, high along both.</summary>
    /// <exception cref="ArgumentException">The bands are not of two axes.</exception>
    public Tensor HH => this[nameof(HH)];

    internal int Axes { get; }

    internal Tensor Approximation => this[Names[0]];

    internal IReadOnlyList<Tensor> Bands => bands;

    internal IReadOnlyList<Tensor> Kept => kept;

    /// <summary>Moves every tensor to the next outer dispose scope, as <c>Tensor.MoveToOuterDisposeScope</c> does one.</summary>
    /// <returns>These bands.</returns>
    public LiftBands MoveToOuterDisposeScope() => ForAll(tensor => tensor.MoveToOuterDisposeScope());

    /// <summary>Takes every tensor out of its dispose scope; from then on <see cref="Dispose"/> is the caller's duty.</summary>
    /// <returns>These bands.</returns>
    public LiftBands DetachFromDisposeScope() => ForAll(tensor => tensor.DetachFromDisposeScope());

    /// <summary>Disposes every tensor.</summary>
    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            foreach (var tensor in Tensors)
            {
                tensor.Dispose();
            }
        }
    }

    // Disposed here, or by the dispose scope that held the tensors.
    private bool IsGone => disposed || bands[0].IsInvalid;

    private IEnumerable<Tensor> Tensors => bands.Concat(kept);

    private LiftBands ForAll(Action<Tensor> action)
    {
        ObjectDisposedException.ThrowIf(IsGone, this);
        foreach (var tensor in Tensors)
        {
            action(tensor);
        }

        return this;
    }

    private string Name(int index)
        => string.Concat(Enumerable.Range(0, Axes).Select(axis => ((index >> (Axes - 1 - axis)) & 1) == 0 ? 'L' : 'H'));
}

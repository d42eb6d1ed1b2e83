using LiftPool.Lifting;

namespace LiftPool;

/// <summary>
/// Everything a <c>LiftDownPool</c> took apart, and all that a <c>LiftUpPool</c> needs to put it together again: every sub-band of
/// the input by its name and, where an odd axis was cropped, the samples that took no part.
/// <code>
/// var shrunk = bands.Map((name, band) => name == "LL" ? band : nn.functional.softshrink(band, 0.1));
/// var restored = up.forward(shrunk);
/// </code>
/// </summary>
/// <remarks>
/// <para>It owns its tensors: disposing it disposes them, and so does the dispose scope it lives in. What a pool gave shares no storage
/// with the pool's output or input.</para>
/// <para>Bands are data: make them from tensors, replace one (<see cref="With"/>), map them (<c>Map</c>), convert or move them
/// (<c>to</c>), go through them. Each of these gives new bands in the caller's dispose scope and leaves these as they are. The new ones
/// have handles of their own, so either may be disposed first. They share storage where nothing was computed: a tensor that is
/// changed in place, under <c>no_grad()</c>, changes in both. Gradients flow through all of them.</para>
/// <para>The cropped samples (<see cref="Cropped"/>) are data like any band: with zeros in the bands and in them, zeros are
/// restored. A pool with <c>ceil_mode: true</c> crops none.</para>
/// </remarks>
public sealed partial class LiftBands : IDisposable
{
    private readonly Tensor[] bands;
    private readonly Tensor[] kept;
    private readonly long[] inputShape;

    // Null for bands made of tensors along some axes alone: [N, C, H, W] and [C, D, H, W] look alike.
    private readonly int? dimensions;

    /// <summary>Bands from tensors in the order of their names: L, H, or LL, LH, HL, HH, or LLL, LLH, ... HHH.</summary>
    /// <param name="bands">
    /// Two, four or eight tensors of one shape, dtype and device: <c>[N, C, L]</c>, <c>[N, C, H, W]</c> or <c>[N, C, D, H, W]</c>, or the
    /// same without N, in any memory layout. The bands get handles of their own; these stay the caller's.
    /// </param>
    /// <param name="inputShape">
    /// The shape of the input that they come from, as <see cref="InputShape"/> has it. Default: twice the bands' length on every
    /// axis that was lifted.
    /// </param>
    /// <param name="cropped">The samples that floor mode cropped from odd axes, as <see cref="Cropped"/> has them. Default: none.</param>
    /// <param name="axes">
    /// The axes that were lifted: one for two bands, two for four. By default they are all the spatial axes that the tensors have; of a
    /// pool that lifts only some, name them. Two bands may then be <c>[N, C, H, W]</c> too.
    /// </param>
    /// <exception cref="ArgumentException">
    /// Another number of bands, or shapes, dtypes or devices that do not belong together; the message says what was wanted.
    /// </exception>
    public LiftBands(
        IReadOnlyList<Tensor> bands,
        IReadOnlyList<long>? inputShape = null,
        IReadOnlyList<Tensor>? cropped = null,
        LiftAxes axes = LiftAxes.All)
        : this(bands, inputShape, cropped, axes, dimensions: null)
    {
    }

    /// <summary>Bands from tensors by their names.</summary>
    /// <param name="bands">All the bands of one, two or three axes, as the other constructor takes them.</param>
    /// <param name="inputShape">As the other constructor takes it.</param>
    /// <param name="cropped">As the other constructor takes them.</param>
    /// <param name="axes">As the other constructor takes them.</param>
    /// <remarks>
    /// Of a <see cref="LiftBands"/> alone it makes bands like these: with the input's shape, the cropped samples and the axes.
    /// </remarks>
    /// <exception cref="ArgumentException">Other names, or as the other constructor throws it.</exception>
    public LiftBands(
        IReadOnlyDictionary<string, Tensor> bands,
        IReadOnlyList<long>? inputShape = null,
        IReadOnlyList<Tensor>? cropped = null,
        LiftAxes axes = LiftAxes.All)
        : this(
            BandChecks.InOrder(bands),
            inputShape ?? (cropped is null ? (bands as LiftBands)?.InputShape : null),
            cropped ?? (inputShape is null ? (bands as LiftBands)?.Cropped : null),
            axes == LiftAxes.All && bands is LiftBands like ? like.Axes : axes,
            (bands as LiftBands)?.dimensions)
    {
    }

    /// <summary>What a pool took apart; the tensors become the bands' own.</summary>
    internal LiftBands(Tensor[] bands, Tensor[] kept, long[] inputShape, LiftedAxes axes)
        : this(bands, kept, inputShape, axes.Axes, axes.Dimensions)
    {
    }

    private LiftBands(Tensor[] bands, Tensor[] kept, long[] inputShape, LiftAxes axes, int? dimensions)
    {
        this.bands = bands;
        this.kept = kept;
        this.inputShape = inputShape;
        this.dimensions = dimensions;
        (Axes, Names) = (axes, BandChecks.Names(bands.Length));
    }

    private LiftBands(
        IReadOnlyList<Tensor> bands, IReadOnlyList<long>? inputShape, IReadOnlyList<Tensor>? cropped, LiftAxes axes, int? dimensions)
    {
        ArgumentNullException.ThrowIfNull(bands);
        (Axes, this.dimensions) = BandChecks.AxesOf(bands.Count, axes, dimensions);
        this.inputShape = BandChecks.InputShape(bands, Axes, this.dimensions, inputShape, cropped ?? []);
        this.bands = Aliases(bands);
        kept = Aliases(cropped ?? []);
        Names = BandChecks.Names(bands.Count);
    }

    /// <summary>
    /// The bands' names in their order: <c>L, H</c>, or <c>LL, LH, HL, HH</c>, or <c>LLL, LLH, ... HHH</c>; one letter for each axis that
    /// was lifted, horizontal first.
    /// </summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The axes that were lifted.</summary>
    public LiftAxes Axes { get; }

    /// <summary>The shape of the input that the bands came from, and of the output that they are put together to.</summary>
    public IReadOnlyList<long> InputShape => inputShape;

    /// <summary>
    /// The samples that no band holds: one tensor for each odd axis that floor mode cropped, the last axis first (W, then H, then D),
    /// and none for an axis that was not lifted.
    /// None with <c>ceil_mode: true</c> or where every lifted length is even.
    /// </summary>
    /// <remarks>
    /// Each has length 1 on its own axis. The others are as long as the input was when that axis was cropped: an input
    /// <c>[N, C, 5, 7]</c> leaves the last column <c>[N, C, 5, 1]</c>, then the last row without that column's sample, <c>[N, C, 1, 6]</c>.
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public IReadOnlyList<Tensor> Cropped
    {
        get
        {
            ThrowIfGone();
            return kept;
        }
    }

    /// <summary>The band of that name: the input's shape with half the length on every axis that was lifted.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such band; the message lists those there are.</exception>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public Tensor this[string name] => bands[IndexOf(name)];

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

    internal Tensor Approximation => this[Names[0]];

    internal IReadOnlyList<Tensor> Bands => bands;

    /// <summary>Moves every tensor to the next outer dispose scope, as <c>Tensor.MoveToOuterDisposeScope</c> does one.</summary>
    /// <returns>These bands.</returns>
    public LiftBands MoveToOuterDisposeScope() => ForAll(tensor => tensor.MoveToOuterDisposeScope());

    /// <summary>Takes every tensor out of its dispose scope; from then on <see cref="Dispose"/> is the caller's duty.</summary>
    /// <returns>These bands.</returns>
    public LiftBands DetachFromDisposeScope() => ForAll(tensor => tensor.DetachFromDisposeScope());

    /// <summary>Disposes every tensor.</summary>
    public void Dispose()
    {
        foreach (var tensor in bands.Concat(kept))
        {
            tensor.Dispose();
        }
    }

    /// <summary>Throws unless these are bands that a layer of such axes can put together.</summary>
    internal void RefuseUnlessOf(string layer, LiftedAxes axes)
    {
        var rank = inputShape.Length;
        if (Axes == axes.Axes && (dimensions ?? axes.Dimensions) == axes.Dimensions && rank - axes.Dimensions is 1 or 2)
        {
            return;
        }

        var pool = dimensions is { } known ? new LiftedAxes(known, Axes).Pool : $"pool along {Axes}";
        var got = $"those of a {pool}: {string.Join(", ", Names)} of an input {Errors.Shape(inputShape)}";
        throw Errors.Wrong(layer, $"the bands of a {axes.Pool}", got, "bands");
    }

    internal void ThrowIfGone()
    {
        // Disposed here, or by the dispose scope that held the tensors.
        ObjectDisposedException.ThrowIf(bands[0].IsInvalid, this);
    }

    // Handles of one's own: whoever disposes the others leaves these whole. They keep the graph.
    private static Tensor[] Aliases(IReadOnlyList<Tensor> tensors) => [.. tensors.Select(tensor => tensor.alias())];

    private int IndexOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ThrowIfGone();
        for (var i = 0; i < bands.Length; i++)
        {
            if (Names[i] == name)
            {
                return i;
            }
        }

        var wanted = $"one of the bands {string.Join(", ", Names)}, a letter for each lifted axis";
        throw Errors.Wrong(nameof(LiftBands), wanted, $"\"{name}\"", nameof(name));
    }

    private LiftBands ForAll(Action<Tensor> action)
    {
        ThrowIfGone();
        foreach (var tensor in bands.Concat(kept))
        {
            action(tensor);
        }

        return this;
    }
}

using LiftPool.Calls;
using LiftPool.Lifting;

namespace LiftPool;

/// <summary>
/// What <see cref="LiftUpPool1d"/>, <see cref="LiftUpPool2d"/> and <see cref="LiftUpPool3d"/> share: the inverse of a
/// <see cref="LiftDownPool"/>, which takes the sub-bands and gives back the input.
/// </summary>
/// <remarks>
/// Source: J. Zhao and C. G. M. Snoek, "LiftPool: Bidirectional ConvNet Pooling", ICLR 2021 (arXiv 2104.00996).
/// Forward keeps nothing on the module, so one layer may run on several threads at once.
/// </remarks>
public abstract partial class LiftUpPool : Module<Tensor, LiftBands, Tensor>
{
    // The name of the module field is a state-dict key.
    private readonly LiftingScheme? scheme;
    private readonly SharedScheme? shared;

    private readonly string layer;
    private readonly LiftedAxes lifted;

    private protected LiftUpPool(string layer, LiftedAxes axes, OperatorSettings settings)
        : this(layer, axes)
    {
        scheme = new LiftingScheme(settings);
        channels = settings.Channels;
        RegisterComponents();
        Devices.Note(this);
        scheme.BecomeOwnedBy(layer);
    }

    private protected LiftUpPool(string layer, LiftedAxes axes, LiftingScheme scheme)
        : this(layer, axes)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        this.scheme = scheme.Free(layer);
        channels = scheme.Channels;
        RegisterComponents();
        Devices.Note(this);
        scheme.BecomeOwnedBy(layer);
    }

    private protected LiftUpPool(string layer, int dimensions, LiftDownPool pool)
        : this(layer, AxesOf(layer, dimensions, pool))
    {
        shared = new SharedScheme(pool.Scheme);
        channels = pool.channels;
        RegisterComponents();
    }

    private LiftUpPool(string layer, LiftedAxes axes)
        : base(layer)
    {
        this.layer = layer;
        lifted = axes;
    }

    /// <summary>The predict and update operators: this pool's own, or those of the down-pool it shares them with.</summary>
    /// <exception cref="ObjectDisposedException">The pool that owns them is disposed.</exception>
    public LiftingScheme Scheme => (scheme ?? shared!.Scheme).ThrowIfDisposed(layer);

    /// <summary>The axes that it puts together: those that the down-pool lifted.</summary>
    public LiftAxes axes => lifted.Axes;

    /// <inheritdoc cref="LiftDownPool.recompute"/>
    public bool recompute { get; set; }

    /// <summary>Puts the bands together, features in the place of the approximation: what a decoder does.</summary>
    /// <param name="features">What stands for the band LL (L, LLL): of its shape.</param>
    /// <param name="bands">The bands of a down-pool of the same dimension, axes and channels.</param>
    /// <returns>
    /// A tensor of the shape of the down-pool's input. With the pool's own operators and its own approximation it is that
    /// input.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// Bands of another dimension or other axes, or features or bands of the wrong shape, channels, dtype or device.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The bands, or the pool that owns the operators, are disposed.</exception>
    public override Tensor forward(Tensor features, LiftBands bands)
    {
        Check(features, bands);
        using var scope = NewDisposeScope();
        var batched = bands.InputShape.Count == lifted.Dimensions + 2;
        var channelsLast = MemoryLayout.IsChannelsLast(features);
        Tensor Prepared(Tensor x) => MemoryLayout.Dense(batched ? x : x.unsqueeze(0), channelsLast);

        Tensor[] parts = [features, .. bands.Bands.Skip(1)];
        var request = new UpRequest(Scheme.Steps, lifted)
        {
            RecomputedParameters = recompute ? () => Scheme.parameters() : null,
            Lengths = [.. bands.InputShape.TakeLast(lifted.Dimensions)],
            SetAside = bands.Cropped.Count,
        };
        var inputs = new PoolInputs(Array.ConvertAll(parts, Prepared)) { SetAside = [.. bands.Cropped.Select(Prepared)] };
        var whole = ComputePath.Run(request, inputs).Output!;

        // Cropping leaves a view with gaps; users of a pool's output expect none.
        var restored = MemoryLayout.WithCanonicalStrides(whole, channelsLast);
        return (batched ? restored : restored.squeeze(0)).MoveToOuterDisposeScope();
    }

    /// <summary>Restores the down-pool's input: <see cref="forward(Tensor, LiftBands)"/> with the bands' own approximation.</summary>
    /// <param name="bands">The bands of a down-pool of the same dimension, axes and channels.</param>
    /// <returns>The input the bands came from, exact but for rounding.</returns>
    /// <exception cref="ArgumentException">As the other form throws it.</exception>
    public Tensor forward(LiftBands bands) => forward(ApproximationOf(bands), bands);

    /// <summary><see cref="forward(LiftBands)"/>, with the module's hooks.</summary>
    /// <param name="bands">The bands of a down-pool of the same dimension, axes and channels.</param>
    /// <returns>The input the bands came from, exact but for rounding.</returns>
    /// <exception cref="ArgumentException">As forward throws it.</exception>
    public Tensor call(LiftBands bands) => call(ApproximationOf(bands), bands);

    private static Tensor ApproximationOf(LiftBands bands)
    {
        ArgumentNullException.ThrowIfNull(bands);
        return bands.Approximation;
    }

    // Everything that can be wrong with a call is found here, before the first computation.
    private void Check(Tensor features, LiftBands bands)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(bands);
        bands.RefuseUnlessOf(layer, lifted);
        var approximation = bands.Approximation;
        Scheme.Checks.Tensor(layer, approximation, approximation.dim() - lifted.Dimensions - 1, channels, nameof(bands));
        if (!features.shape.AsSpan().SequenceEqual(approximation.shape))
        {
            var wanted = $"features of the approximation's shape {Errors.Shape(approximation)}";
            throw Errors.Wrong(layer, wanted, Errors.Shape(features), nameof(features));
        }

        Scheme.Checks.Tensor(layer, features, features.dim() - lifted.Dimensions - 1, channels, nameof(features));
        SchemeChecks.Alike(layer, approximation, features, nameof(features));

        for (var fromEnd = lifted.Dimensions; fromEnd > 0; fromEnd--)
        {
            var length = approximation.size(-fromEnd);
            if (lifted.Lifts(^fromEnd))
            {
                Scheme.Checks.HalfLength(layer, length, approximation, nameof(bands));
            }
            else if (length == 0)
            {
                throw Errors.Wrong(layer, "bands of at least one sample on every spatial axis", Errors.Shape(approximation), nameof(bands));
            }
        }
    }

    /// <summary>The down-pool's axes: all, if it lifts all that its dimension has.</summary>
    private static LiftedAxes AxesOf(string layer, int dimensions, LiftDownPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return pool.LiftedAxes.AreAll ? LiftedAxes.All(dimensions) : LiftedAxes.Checked(layer, dimensions, pool.axes, nameof(pool));
    }
}

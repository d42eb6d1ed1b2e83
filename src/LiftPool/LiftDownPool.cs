using LiftPool.Calls;
using LiftPool.Lifting;

namespace LiftPool;

/// <summary>
/// What <see cref="LiftDownPool1d"/>, <see cref="LiftDownPool2d"/> and <see cref="LiftDownPool3d"/> share: pooling by
/// lifting, where each lifted axis is split into approximation and detail and the output is made of chosen sub-bands.
/// </summary>
/// <remarks>
/// Source: J. Zhao and C. G. M. Snoek, "LiftPool: Bidirectional ConvNet Pooling", ICLR 2021 (arXiv 2104.00996).
/// Forward keeps nothing on the module, so one layer may run on several threads at once.
/// </remarks>
public abstract partial class LiftDownPool : Module<Tensor, Tensor>
{
    // The names of the module and parameter fields are state-dict keys; `.to()` replaces the gain.
    private readonly LiftingScheme? scheme;
    private readonly SharedScheme? shared;
    private Parameter? gain;

    private readonly string layer;
    private readonly LiftedAxes lifted;
    private readonly BandSet outputBands;

    private protected LiftDownPool(
        string layer, LiftedAxes axes, OperatorSettings settings, int bands, BandReduction reduction, bool ceilMode, DenseMax denseMax)
        : this(layer, axes, bands, reduction, settings.Channels, ceilMode, denseMax)
    {
        scheme = new LiftingScheme(settings);
        Register();
        scheme.BecomeOwnedBy(layer);
    }

    private protected LiftDownPool(
        string layer,
        LiftedAxes axes,
        LiftingScheme scheme,
        int bands,
        BandReduction reduction,
        long? channels,
        bool ceilMode,
        DenseMax denseMax)
        : this(layer, axes, bands, reduction, ChannelsOf(layer, scheme, channels), ceilMode, denseMax)
    {
        this.scheme = scheme.Free(layer);
        Register();
        scheme.BecomeOwnedBy(layer);
    }

    private protected LiftDownPool(
        string layer, LiftedAxes axes, LiftDownPool other, int bands, BandReduction reduction, bool ceilMode, DenseMax denseMax)
        : this(layer, axes, bands, reduction, ChannelsOf(layer, SchemeOf(other), other.channels), ceilMode, denseMax)
    {
        shared = new SharedScheme(other.Scheme);
        Register();
    }

    private LiftDownPool(
        string layer, LiftedAxes axes, int bands, BandReduction reduction, long? channels, bool ceilMode, DenseMax denseMax)
        : base(layer)
    {
        outputBands = BandChoice.Checked(layer, axes, bands);
        if (!Enum.IsDefined(reduction))
        {
            throw Errors.Wrong(layer, $"reduction {string.Join(", ", Enum.GetNames<BandReduction>())}", $"{reduction}", nameof(reduction));
        }

        if (!Enum.IsDefined(denseMax))
        {
            throw Errors.Wrong(layer, $"dense_max {string.Join(", ", Enum.GetNames<DenseMax>())}", $"{denseMax}", "dense_max");
        }

        if (reduction.IsLearned() && channels is null)
        {
            var wanted = $"channels for the {reduction} reduction of a scheme that does not name them";
            throw Errors.Wrong(layer, wanted, "none", nameof(channels));
        }

        this.layer = layer;
        lifted = axes;
        this.reduction = reduction;
        this.channels = channels;
        ceil_mode = ceilMode;
        dense_max = denseMax;
    }

    /// <summary>The predict and update operators: this pool's own, or those of the pool it shares them with.</summary>
    /// <exception cref="ObjectDisposedException">The pool that owns them is disposed.</exception>
    public LiftingScheme Scheme => (scheme ?? shared!.Scheme).ThrowIfDisposed(layer);

    /// <summary>The axes that it lifts: all that its dimension has, if it was told nothing else.</summary>
    public LiftAxes axes => lifted.Axes;

    /// <summary>
    /// Whether training on tensor operations recomputes in backward what it would else keep from forward. Default: false.
    /// </summary>
    /// <remarks>
    /// <para>Between forward and backward a layer on tensor operations keeps about 2.5, 5.5 or 9 times its input in 1-D, 2-D
    /// or 3-D: <c>axes * (relu + tanh)</c>, each of the input's size, and the halves that the convolutions read. With this
    /// property it keeps its input, its weights and its outputs, as <c>MaxPool2d</c> does, and backward takes that memory for
    /// one layer at a time.</para>
    /// <para>The operators run twice, so they have to give the same output for the same input (no dropout), and hooks on them
    /// and buffers that they change see both runs. Only their registered parameters get gradients. A
    /// <see cref="LiftRegularizer"/> collects the first run alone. Gradients of gradients (<c>create_graph</c>) recompute once
    /// more.</para>
    /// <para>Operators of your own, and those with hooks, must not be differentiated on two threads at once: the recomputation
    /// borrows the <c>grad</c> of their parameters. LiftPool's own operators may be.</para>
    /// <para>The fused kernels, which take what they cover, recompute always: this property is nothing to them.</para>
    /// <para>Source: T. Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016 (arXiv 1604.06174), for one
    /// layer.</para>
    /// </remarks>
    public bool recompute { get; set; }

    /// <summary>Pools: the reduction of the chosen bands.</summary>
    /// <param name="input">
    /// <c>[N, C, L]</c>, <c>[N, C, H, W]</c> or <c>[N, C, D, H, W]</c> by the pool's dimension, or the same without N; of the
    /// weights' dtype and device.
    /// </param>
    /// <returns>
    /// Every spatial length n, of the axes that are lifted, halved, to <c>n/2</c> or with ceil_mode <c>(n+1)/2</c>; with
    /// <see cref="BandReduction.Concat"/>, C times the number of bands. In the input's memory layout.
    /// </returns>
    /// <exception cref="ArgumentException">Wrong rank, channels, dtype or device, or an axis that is too short.</exception>
    public override Tensor forward(Tensor input)
    {
        CheckInput(input);
        using var scope = NewDisposeScope();
        var regularizer = LiftRegularizer.Current;
        var result = ComputePath.Run(Request(outputBands, keepBands: false, regularizer?.Norm), InputsOf(input));
        regularizer?.Collect(this, result.UpdatePenalty!, result.PredictPenalty!);
        return RestoreLayout(input, result.Output!).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Pools and gives every sub-band besides, whichever the output is made of, for a LiftUpPool to restore the input from.
    /// </summary>
    /// <param name="input">As <see cref="forward"/> takes it.</param>
    /// <returns>The output of <see cref="forward"/>, and the bands, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">As <see cref="forward"/> throws it.</exception>
    public (Tensor output, LiftBands bands) forward_with_bands(Tensor input)
    {
        var (output, bands) = Pool(input, outputBands);
        return (output!, bands);
    }

    /// <summary>The bands alone, in the caller's dispose scope.</summary>
    internal LiftBands Split(Tensor input) => Pool(input, BandSet.None).bands;

    internal LiftedAxes LiftedAxes => lifted;

    /// <summary>The length of a band along a dimension of so many samples.</summary>
    internal long BandLength(Index dim, long length)
        => DownRequest.PairsAlong(lifted, dim, length, dense_max, ceil_mode);

    /// <summary>
    /// The two penalties of this layer alone for one input, where no <see cref="LiftRegularizer"/> is wanted. It takes a
    /// forward of its own.
    /// </summary>
    /// <param name="input">As <see cref="forward"/> takes it.</param>
    /// <param name="norm">How the norms are read.</param>
    /// <returns><c>c_u</c> and <c>c_p</c>: 0-dimensional, unweighted, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">As <see cref="forward"/> throws it, or the norm is not one of the enum's.</exception>
    public (Tensor c_u, Tensor c_p) penalties(Tensor input, PenaltyNorm norm = PenaltyNorm.MeanSquare)
    {
        LiftRegularizer.CheckNorm(layer, norm);
        CheckInput(input);
        using var scope = NewDisposeScope();
        var result = ComputePath.Run(Request(BandSet.None, keepBands: false, norm), InputsOf(input));
        return scope.MoveToOuter(result.UpdatePenalty!, result.PredictPenalty!);
    }

    /// <summary>The output, if it is to be made of any bands, and every band, in the caller's dispose scope.</summary>
    private (Tensor? output, LiftBands bands) Pool(Tensor input, BandSet output)
    {
        CheckInput(input);
        using var scope = NewDisposeScope();
        var regularizer = LiftRegularizer.Current;
        var inputs = InputsOf(input);
        var result = ComputePath.Run(Request(output, keepBands: true, regularizer?.Norm), inputs);
        regularizer?.Collect(this, result.UpdatePenalty!, result.PredictPenalty!);
        var restored = result.Output is null ? null : RestoreLayout(input, result.Output).MoveToOuterDisposeScope();
        return (restored, ToBands(input, inputs.Signals[0]!, result.Bands!).MoveToOuterDisposeScope());
    }

    private LiftBands ToBands(Tensor input, Tensor signal, Tensor[] bands)
    {
        var lengths = input.shape;
        var hasOdd = false;
        for (var fromEnd = 1; fromEnd <= lifted.Dimensions; fromEnd++)
        {
            if (lifted.Lifts(^fromEnd))
            {
                lengths[^fromEnd] = DenseMaximum.Length(lengths[^fromEnd], dense_max);
                hasOdd |= lengths[^fromEnd] % 2 == 1;
            }
        }

        var kept = ceil_mode || !hasOdd ? [] : OddSizes.SetAside(DenseMaximum.Of(signal, lifted, dense_max), lifted);
        return new(
            Array.ConvertAll(bands, band => RestoreLayout(input, band)),
            [.. kept.Select(samples => RestoreLayout(input, samples))],
            lengths,
            lifted);
    }

    private DownRequest Request(BandSet output, bool keepBands, PenaltyNorm? norm)
        => new(Scheme.Steps, lifted)
        {
            RecomputedParameters = recompute ? () => Scheme.parameters() : null,
            CeilMode = ceil_mode,
            DenseMax = dense_max,
            Output = output,
            Reduction = reduction,
            KeepBands = keepBands,
            Norm = norm,
        };

    /// <summary>The input with a batch axis, and dense in its own layout.</summary>
    private PoolInputs InputsOf(Tensor input)
    {
        var batched = input.dim() == lifted.Dimensions + 1 ? input.unsqueeze(0) : input;
        return new([MemoryLayout.Dense(batched, MemoryLayout.IsChannelsLast(batched))])
        {
            BandWeights = gain is null ? null : MemoryLayout.Dense(gain, channelsLast: false),
        };
    }

    /// <summary>In the layout of the input: without a batch axis, or channels-last.</summary>
    private Tensor RestoreLayout(Tensor input, Tensor x)
        => input.dim() == lifted.Dimensions + 1 ? x.squeeze(0)
            : MemoryLayout.IsChannelsLast(input) ? MemoryLayout.WithCanonicalStrides(x, channelsLast: true)
            : x;

    private void Register()
    {
        if (reduction.IsLearned())
        {
            var first = Scheme.FirstWeight;
            gain = Parameter(ones(outputBands.Count, channels!.Value, device: first?.device, dtype: first?.dtype));
            gain.DetachFromDisposeScope();
        }

        RegisterComponents();
        Devices.Note(this);
    }

    private static LiftingScheme SchemeOf(LiftDownPool other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Scheme;
    }

    private static long? ChannelsOf(string layer, LiftingScheme scheme, long? channels)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ObjectDisposedException.ThrowIf(scheme.IsDisposed, scheme);
        if (channels is { } given && (given < 1 || (scheme.Channels ?? given) != given))
        {
            var wanted = scheme.Channels is { } own ? $"the scheme's {own} channels" : "at least one channel";
            throw Errors.Wrong(layer, wanted, $"channels {given}", nameof(channels));
        }

        return channels ?? scheme.Channels;
    }

    // Everything that can be wrong with a call is found here, before the first computation.
    internal void CheckInput(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.dim() != lifted.Dimensions + 1 && input.dim() != lifted.Dimensions + 2)
        {
            var spatial = lifted.Dimensions switch { 1 => "L", 2 => "H, W", _ => "D, H, W" };
            throw Errors.Wrong(layer, $"a tensor [N, C, {spatial}] or [C, {spatial}]", Errors.Shape(input), nameof(input));
        }

        Scheme.Checks.Tensor(layer, input, input.dim() - lifted.Dimensions - 1, channels, nameof(input));
        if (gain is not null && (gain.dtype != input.dtype || !Devices.AreOne(gain, input)))
        {
            // A pool that shares another's operators may have been moved without them.
            throw Errors.Wrong(layer, $"{gain.dtype} on {gain.device} as its gain is", $"{input.dtype} on {input.device}", nameof(input));
        }

        for (var fromEnd = lifted.Dimensions; fromEnd > 0; fromEnd--)
        {
            var length = BandLength(^fromEnd, input.size(-fromEnd));
            if (length < 1)
            {
                var least = (ceil_mode ? 1 : 2) + (dense_max == DenseMax.Valid ? 1 : 0);
                var rest = lifted.AreAll || least == 1 ? "" : $" that is lifted ({axes}), and 1 on the others";
                var wanted = $"at least {least} {(least == 1 ? "sample" : "samples")} on every spatial axis{rest}";
                throw Errors.Wrong(layer, wanted, Errors.Shape(input), nameof(input));
            }

            if (lifted.Lifts(^fromEnd))
            {
                Scheme.Checks.HalfLength(layer, length, input, nameof(input));
            }
        }
    }
}

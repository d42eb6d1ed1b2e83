namespace LiftPool.Lifting;

/// <summary>
/// A linear operator: one FIR filter for all channels, <c>weight [1, 1, taps]</c>, or one for each channel, <c>[C, 1, taps]</c>.
/// </summary>
internal sealed class FilterOperator : OwnModule, IAxisOperator
{
    // The name is the state-dict key: a parameter if it is to be learned, else a buffer, which moves and is saved like one.
    private readonly Tensor weight;

    /// <param name="weight">The taps, an odd number. Detached: it lives as long as the operator.</param>
    /// <param name="channels">The channels, if each is to have its own filter.</param>
    /// <param name="paddingMode">What stands beyond the ends.</param>
    internal FilterOperator(Tensor weight, long? channels, PaddingModes paddingMode)
        : base(nameof(FilterOperator))
    {
        this.weight = weight.DetachFromDisposeScope();
        Channels = channels;
        PaddingMode = paddingMode;
        Traits = new(channels, KernelSize, Groups: channels, ProjGroups: null, Bias: false, paddingMode, Tanh: false);
        RegisterComponents();
    }

    public OperatorTraits Traits { get; }

    public Tensor?[] Weights => [weight];

    /// <summary>
    /// Whether the output is rounded to integers, so that it has to be the same to the last bit on every path: it then sums in the order
    /// of its taps. Set by the scheme whose step rounds.
    /// </summary>
    internal bool IsRounded { get; set; }

    public long? Channels { get; }

    public OperatorForm Form => OperatorForm.Linear;

    public int KernelSize => (int)weight.size(2);

    public PaddingModes PaddingMode { get; }

    public bool RunsAlongAxes => !HasHooks;

    /// <summary>Only ever linear, so a kernel needs the taps alone.</summary>
    public Tensor?[]? ChannelWeights(long channels)
        => RunsAlongAxes ? [NumberTypes.ForChannels(weight, channels), null, null, null] : null;

    public string? Refuses(long length) => SameConv1d.Refuses(PaddingMode, KernelSize, length);

    public override string ToString() => Traits.TextOfFilter(nameof(LiftingOperators.Filter), weight is Parameter);

    public override Tensor forward(Tensor input) => Along(input, dim: 2, Weights);

    public Tensor Along(Tensor x, int dim, Tensor?[] weights)
    {
        using var scope = NewDisposeScope();
        var (planes, axis) = Planes.Of(x, dim);
        return Planes.Undo(Filtered(planes, axis, weights[0]!), x, dim).MoveToOuterDisposeScope();
    }

    private Tensor Filtered(Tensor planes, int axis, Tensor taps)
    {
        var channels = planes.size(1);
        if (!IsRounded)
        {
            return SameConv1d.Compute(planes, axis, taps.expand(channels, 1, -1), null, channels, PaddingMode);
        }

        var type = NumberTypes.Computing(taps.dtype);
        return SameConv1d.ComputeInOrder(NumberTypes.In(type, planes), axis, NumberTypes.In(type, taps), PaddingMode);
    }
}

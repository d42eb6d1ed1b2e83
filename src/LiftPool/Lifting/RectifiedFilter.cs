namespace LiftPool.Lifting;

/// <summary>
/// A filter, ReLU and a factor: one for all channels, <c>weight [1, 1, taps]</c> and <c>factor [1, 1, 1]</c>, or one for each channel.
/// </summary>
internal sealed class RectifiedFilter : OwnModule, IAxisOperator
{
    // The names are the state-dict keys: parameters if they are to be learned, else buffers.
    private readonly Tensor weight;
    private readonly Tensor factor;

    /// <param name="weight">The taps, an odd number. Detached: it lives as long as the operator.</param>
    /// <param name="factor">The factor, likewise.</param>
    /// <param name="channels">The channels, if each is to have its own.</param>
    /// <param name="paddingMode">What stands beyond the ends.</param>
    internal RectifiedFilter(Tensor weight, Tensor factor, long? channels, PaddingModes paddingMode)
        : base(nameof(RectifiedFilter))
    {
        this.weight = weight.DetachFromDisposeScope();
        this.factor = factor.DetachFromDisposeScope();
        (Channels, PaddingMode) = (channels, paddingMode);
        Traits = new(channels, KernelSize, Groups: channels, ProjGroups: channels, Bias: false, paddingMode, Tanh: false);
        RegisterComponents();
    }

    public OperatorTraits Traits { get; }

    public long? Channels { get; }

    public Tensor?[] Weights => [weight, factor];

    public OperatorForm Form => OperatorForm.Relu;

    public int KernelSize => (int)weight.size(2);

    public PaddingModes PaddingMode { get; }

    public bool RunsAlongAxes => !HasHooks;

    public Tensor?[]? ChannelWeights(long channels) => RunsAlongAxes
        ? [NumberTypes.ForChannels(weight, channels), null, NumberTypes.ForChannels(factor, channels), null]
        : null;

    public string? Refuses(long length) => SameConv1d.Refuses(PaddingMode, KernelSize, length);

    public override string ToString() => Traits.TextOfFilter(nameof(LiftingOperators.Rectified), weight is Parameter);

    public override Tensor forward(Tensor input) => Along(input, dim: 2, Weights);

    public Tensor Along(Tensor x, int dim, Tensor?[] weights)
    {
        // The kernels' four, of each channel, or its own two.
        var (taps, scale) = (weights[0]!, weights.Length == 2 ? weights[1]! : weights[2]!);
        using var scope = NewDisposeScope();
        var (planes, axis) = Planes.Of(x, dim);
        var channels = planes.size(1);
        var filtered = SameConv1d.Compute(planes, axis, taps.expand(channels, 1, -1), null, channels, PaddingMode);
        return Planes.Undo(filtered.relu().mul(scale.expand(channels, 1, -1)), x, dim).MoveToOuterDisposeScope();
    }
}

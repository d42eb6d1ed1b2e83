namespace LiftPool.Lifting;

/// <summary>A linear operator: one FIR filter for all channels, <c>weight [1, 1, taps]</c>, or one a channel, <c>[C, 1, taps]</c>.</summary>
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
        RegisterComponents();
    }

    public Tensor Weight => weight;

    public long? Channels { get; }

    public int KernelSize => (int)weight.size(2);

    public PaddingModes PaddingMode { get; }

    public bool RunsAlongAxes => !HasHooks;

    /// <summary>Only ever linear, so a kernel needs the taps alone.</summary>
    public Tensor?[]? FusedWeights(long channels)
        => RunsAlongAxes ? [weight.expand(channels, 1, -1).contiguous(), null, null, null] : null;

    public string? Refuses(long length) => SameConv1d.Refuses(PaddingMode, KernelSize, length);

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var channels = input.size(1);
        return SameConv1d.Compute(input, weight.expand(channels, 1, -1), null, channels, PaddingMode).MoveToOuterDisposeScope();
    }

    public Tensor Along(Tensor x, int dim, Func<Tensor, Tensor>? given = null)
    {
        using var scope = NewDisposeScope();
        var (planes, axis) = Planes.Of(x, dim);
        var channels = planes.size(1);
        var taps = (given?.Invoke(weight) ?? weight).expand(channels, 1, -1);
        var filtered = SameConv1d.Compute(planes, axis, taps, null, channels, PaddingMode);
        return Planes.Undo(filtered, x, dim).MoveToOuterDisposeScope();
    }
}

namespace LiftPool.Lifting;

/// <summary>
/// The paper's predict and update operator, <c>[B, C, L] -> [B, C, L]</c>:
/// <c>tanh(proj(relu(conv(x))))</c>, <c>conv</c> with <c>kernel_size</c> taps and <c>proj</c> with one; or the same without tanh.
/// </summary>
internal sealed class LiftingOperator : OwnModule, IAxisOperator
{
    private readonly SameConv1d conv;
    private readonly SameConv1d proj;
    private readonly bool tanh;

    internal LiftingOperator(OperatorSettings settings)
        : base(nameof(LiftingOperator))
    {
        var (channels, bias, device, dtype) = (settings.Channels, settings.Bias, settings.Device, settings.Dtype);
        conv = new SameConv1d(channels, settings.KernelSize, settings.Groups, bias, settings.PaddingMode, device, dtype);
        proj = new SameConv1d(channels, 1, settings.ProjGroups, bias, PaddingModes.Zeros, device, dtype);
        tanh = settings.Tanh;
        Traits = new(channels, settings.KernelSize, settings.Groups, settings.ProjGroups, bias, settings.PaddingMode, tanh);
        RegisterComponents();
    }

    public OperatorTraits Traits { get; }

    public long? Channels => conv.Weight.size(0);

    public Tensor?[] Weights => [conv.Weight, conv.Bias, proj.Weight, proj.Bias];

    public string? Refuses(long length) => SameConv1d.Refuses(PaddingMode, KernelSize, length);

    public Tensor?[]? ChannelWeights(long channels)
        => conv.IsDepthwise && proj.IsDepthwise && RunsAlongAxes ? Weights : null;

    public PaddingModes PaddingMode => conv.PaddingMode;

    public OperatorForm Form => tanh ? OperatorForm.Tanh : OperatorForm.Relu;

    public int KernelSize => (int)conv.Weight.size(2);

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var projected = proj.call(conv.call(input).relu());
        return (tanh ? projected.tanh() : projected).MoveToOuterDisposeScope();
    }

    public override string ToString() => AddTo(new ModuleText(nameof(LiftingOperators.Learned))).ToString();

    /// <summary>Says what it was built with.</summary>
    internal ModuleText AddTo(ModuleText text)
        => text.With(Traits.Channels)
            .With("kernel_size", Traits.KernelSize)
            .With("groups", Traits.Groups, usual: Traits.Channels)
            .With("proj_groups", Traits.ProjGroups, usual: Traits.Channels)
            .With("bias", Traits.Bias, usual: false)
            .With("padding_mode", Traits.PaddingMode, usual: PaddingModes.Zeros)
            .With("tanh", Traits.Tanh, usual: true);

    public bool RunsAlongAxes => !HasHooks && !conv.HasHooks && !proj.HasHooks;

    public Tensor Along(Tensor x, int dim, Tensor?[] weights)
    {
        using var scope = NewDisposeScope();
        var (planes, axis) = Planes.Of(x, dim);

        // In place where autograd saves the result, not the argument.
        var rectified = conv.Along(planes, axis, weights[0]!, weights[1]).relu_();
        var projected = proj.Along(rectified, axis, weights[2]!, weights[3]);
        return Planes.Undo(tanh ? projected.tanh_() : projected, x, dim).MoveToOuterDisposeScope();
    }
}

namespace LiftPool.Lifting;

/// <summary>
/// The paper's predict and update operator, <c>[B, C, L] -> [B, C, L]</c>:
/// <c>tanh(proj(relu(conv(x))))</c>, <c>conv</c> with <c>kernel_size</c> taps and <c>proj</c> with one.
/// </summary>
internal sealed class LiftingOperator : Module<Tensor, Tensor>
{
    private readonly SameConv1d conv;
    private readonly SameConv1d proj;

    internal LiftingOperator(OperatorSettings settings)
        : base(nameof(LiftingOperator))
    {
        conv = new SameConv1d(settings.Channels, settings.KernelSize, settings.Groups, settings.Bias, settings.PaddingMode, settings.Device, settings.Dtype);
        proj = new SameConv1d(settings.Channels, 1, settings.ProjGroups, settings.Bias, PaddingModes.Zeros, settings.Device, settings.Dtype);
        RegisterComponents();
    }

    internal long Channels => conv.Weight.size(0);

    internal Tensor Weight => conv.Weight;

    /// <inheritdoc cref="SameConv1d.Refuses"/>
    internal string? Refuses(long length) => conv.Refuses(length);

    /// <summary>Taps, bias, projection and its bias, if a fused kernel can stand for this operator: each channel alone, no hook to run.</summary>
    internal Tensor?[]? FusedWeights
        => conv.IsDepthwise && proj.IsDepthwise && RunsAlongAxes
            ? [conv.Weight, conv.Bias, proj.Weight, proj.Bias]
            : null;

    internal PaddingModes PaddingMode => conv.PaddingMode;

    internal int KernelSize => (int)conv.Weight.size(2);

    private bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return proj.call(conv.call(input).relu()).tanh().MoveToOuterDisposeScope();
    }

    /// <summary>Whether <see cref="Along"/> may stand for <see cref="forward"/>: no hook is to see signals.</summary>
    internal bool RunsAlongAxes => !HasHooks && !conv.HasHooks && !proj.HasHooks;

    /// <summary>
    /// What <see cref="forward"/> computes for the signals along one spatial axis of <c>[B, C, ...]</c>, without gathering
    /// them first.
    /// </summary>
    internal Tensor Along(Tensor x, int dim)
    {
        using var scope = NewDisposeScope();
        var (planes, axis) = Planes.Of(x, dim);

        // In place where autograd saves the result, not the argument.
        var rectified = conv.Along(planes, axis).relu_();
        return Planes.Undo(proj.Along(rectified, axis).tanh_(), x, dim).MoveToOuterDisposeScope();
    }
}

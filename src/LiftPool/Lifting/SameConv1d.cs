namespace LiftPool.Lifting;

/// <summary>
/// A 1-D convolution that keeps both the channel count and the length of <c>[B, C, L]</c>, with the weight shapes,
/// state-dict keys and initialisation of <c>nn.Conv1d</c>.
/// </summary>
/// <remarks>
/// It is not an <c>nn.Conv1d</c> because a kernel of one sample with a filter of its own for each channel, which is
/// every default projection, is a multiplication, and far cheaper as one.
/// </remarks>
internal sealed class SameConv1d : Module<Tensor, Tensor>
{
    // The names are the state-dict keys. Readonly for this code; `.to()` replaces them by reflection.
    private readonly Parameter weight;
    private readonly Parameter? bias;

    private readonly long groups;
    private readonly PaddingModes paddingMode;

    internal SameConv1d(long channels, long kernelSize, long groups, bool bias, PaddingModes paddingMode, Device? device, ScalarType? dtype)
        : base(nameof(SameConv1d))
    {
        this.groups = groups;
        this.paddingMode = paddingMode;

        // Conv1d's own initialisation: uniform within 1 / sqrt(fan in), the weight drawn before the bias.
        // Detached, so that a model built inside a dispose scope outlives it.
        weight = Parameter(empty([channels, channels / groups, kernelSize], device: device, dtype: dtype));
        weight.DetachFromDisposeScope();
        init.kaiming_uniform_(weight, Math.Sqrt(5));
        if (bias)
        {
            var bound = 1 / Math.Sqrt(channels / groups * kernelSize);
            this.bias = Parameter(empty(channels, device: device, dtype: dtype));
            this.bias.DetachFromDisposeScope();
            init.uniform_(this.bias, -bound, bound);
        }

        RegisterComponents();
    }

    internal Parameter Weight => weight;

    private long Channels => weight.size(0);

    private long KernelSize => weight.size(2);

    /// <summary>Why a half-signal of this length cannot be padded, or null if it can.</summary>
    internal string? Refuses(long length)
    {
        var margin = KernelSize / 2;
        return paddingMode switch
        {
            PaddingModes.Reflect when margin >= length => $"more than {margin} samples in a half-signal for kernel_size {KernelSize} with reflect padding",
            PaddingModes.Circular when margin > length => $"at least {margin} samples in a half-signal for kernel_size {KernelSize} with circular padding",
            _ => null,
        };
    }

    internal Tensor? Bias => bias;

    internal PaddingModes PaddingMode => paddingMode;

    /// <summary>Whether each channel has a filter of its own.</summary>
    internal bool IsDepthwise => groups == Channels;

    internal bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Compute(input, weight, bias, groups, paddingMode).MoveToOuterDisposeScope();
    }

    /// <summary>The convolution with weights that come from elsewhere.</summary>
    internal static Tensor Compute(Tensor input, Tensor weight, Tensor? bias, long groups, PaddingModes paddingMode)
    {
        var kernelSize = weight.size(2);
        if (kernelSize == 1 && groups == weight.size(0))
        {
            var scaled = input.mul(weight.view(-1, 1));
            return bias is null ? scaled : scaled.add(bias.view(-1, 1), Scalars.One);
        }

        var margin = kernelSize / 2;
        return paddingMode == PaddingModes.Zeros
            ? functional.conv1d(input, weight, bias, padding: margin, groups: groups)
            : functional.conv1d(functional.pad(input, (margin, margin), paddingMode), weight, bias, groups: groups);
    }
}

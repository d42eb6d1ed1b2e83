namespace LiftPool.Lifting;

/// <summary>
/// A 1-D convolution that keeps both the channel count and the length of <c>[B, C, L]</c>, with the weight shapes,
/// state-dict keys and initialisation of <c>nn.Conv1d</c>.
/// </summary>
/// <remarks>
/// It is not an <c>nn.Conv1d</c> because a kernel of one sample with a filter of its own for each channel, which is
/// every default projection, is a multiplication, and far cheaper as one.
/// </remarks>
internal sealed class SameConv1d : OwnModule
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

    /// <summary>Why a half-signal of this length cannot be padded, or null if it can.</summary>
    internal static string? Refuses(PaddingModes paddingMode, int kernelSize, long length)
    {
        var margin = kernelSize / 2;
        string Samples(string padding) => $"{margin} samples in a half-signal for kernel_size {kernelSize} with {padding} padding";
        return paddingMode switch
        {
            PaddingModes.Reflect when margin >= length => $"more than {Samples("reflect")}",
            PaddingModes.Circular when margin > length => $"at least {Samples("circular")}",
            _ => null,
        };
    }

    internal Tensor? Bias => bias;

    internal PaddingModes PaddingMode => paddingMode;

    /// <summary>Whether each channel has a filter of its own.</summary>
    internal bool IsDepthwise => groups == Channels;

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Compute(input, weight, bias, groups, paddingMode).MoveToOuterDisposeScope();
    }

    /// <summary>The convolution of <c>[B, C, L]</c> with weights that come from elsewhere.</summary>
    internal static Tensor Compute(Tensor input, Tensor weight, Tensor? bias, long groups, PaddingModes paddingMode)
    {
        var (planes, dim) = Planes.Of(input, dim: 2);
        return Planes.Undo(Compute(planes, dim, weight, bias, groups, paddingMode), input, dim: 2);
    }

    /// <summary>
    /// The convolution along one of the last two axes of <c>[B, C, rows, columns]</c>, of any strides, with weights that come from
    /// elsewhere.
    /// </summary>
    internal Tensor Along(Tensor planes, int dim, Tensor weight, Tensor? bias)
        => Compute(planes, dim, weight, bias, groups, paddingMode);

    /// <summary>The same along one of the last two axes of <c>[B, C, rows, columns]</c>.</summary>
    internal static Tensor Compute(Tensor planes, int dim, Tensor weight, Tensor? bias, long groups, PaddingModes paddingMode)
    {
        var (channels, kernelSize) = (weight.size(0), weight.size(2));
        if (planes.size(2) == 0 || planes.size(3) == 0)
        {
            // LibTorch's convolution takes a batch of no items, but no tensor without rows.
            return planes.clone();
        }

        var depthwise = groups == channels;
        if (kernelSize == 1 && depthwise)
        {
            // The shape of the weight, [C, 1, 1], is that of a factor for each channel.
            var scaled = planes.mul(weight);
            return bias is null ? scaled : scaled.add(bias.view(-1, 1, 1), Scalars.One);
        }

        if (dim == 3 && depthwise && planes.device_type == DeviceType.CPU && planes.stride(1) != 1)
        {
            // Of a contiguous tensor the gradient of LibTorch's depthwise convolution along the last axis takes several
            // times as long as along the one before it, which is more than the transposed copy costs.
            return Compute(planes.transpose(2, 3), 2, weight, bias, groups, paddingMode).transpose(2, 3);
        }

        var margin = kernelSize / 2;
        var (rows, columns) = Margins(dim, margin);
        var kernel = weight.unsqueeze(dim == 2 ? 3 : 2);
        return paddingMode == PaddingModes.Zeros
            ? functional.conv2d(planes, kernel, bias, padding: [rows, columns], groups: groups)
            : functional.conv2d(functional.pad(planes, [columns, columns, rows, rows], paddingMode), kernel, bias, groups: groups);
    }

    /// <summary>
    /// The depthwise convolution as a sum in the order of the taps, each product and each sum rounded: the kernels do the same for
    /// what is rounded to integers. LibTorch's convolution may sum in any order.
    /// </summary>
    internal static Tensor ComputeInOrder(Tensor planes, int dim, Tensor weight, PaddingModes paddingMode)
    {
        var (length, kernelSize) = (planes.size(dim), weight.size(2));
        if (planes.size(2) == 0 || planes.size(3) == 0)
        {
            return planes.clone();
        }

        var (rows, columns) = Margins(dim, kernelSize / 2);
        var mode = paddingMode == PaddingModes.Zeros ? PaddingModes.Constant : paddingMode;
        var padded = kernelSize == 1 ? planes : functional.pad(planes, [columns, columns, rows, rows], mode);
        Tensor Product(long tap) => padded.narrow(dim, tap, length).mul(weight.narrow(2, tap, 1));

        var sum = Product(0);
        for (var tap = 1L; tap < kernelSize; tap++)
        {
            sum = sum.add(Product(tap), Scalars.One);
        }

        return sum;
    }

    private static (long rows, long columns) Margins(int dim, long margin) => dim == 2 ? (margin, 0) : (0, margin);
}

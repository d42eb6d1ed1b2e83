using LiftPool.Lifting;

namespace LiftPool.Surgery;

/// <summary>
/// A convolution of stride 1 in the place of one of stride 2, with its parameters under their names, and a pool behind it.
/// </summary>
internal sealed class LiftedConvolution : OwnModule
{
    // The names are the state-dict keys: weight and bias are the convolution's.
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly Module<Tensor, Tensor> pool;

    private readonly long[] strides;
    private readonly long[] padding;
    private readonly long[] around;
    private readonly long[] dilation;
    private readonly long groups;
    private readonly PaddingModes mode;

    internal LiftedConvolution(Convolution convolution, Module<Tensor, Tensor> pool)
        : base(nameof(LiftedConvolution))
    {
        var window = PoolWindow.Of(convolution)!;
        (weight, bias, this.pool) = (convolution.weight, convolution.bias, pool);
        (dilation, groups, mode) = (window.Dilation, convolution.groups, convolution.padding_mode);

        // What is not zeros is put around the input beforehand, the last axis first.
        padding = mode == PaddingModes.Zeros ? window.Padding : new long[window.Dimensions];
        around = mode == PaddingModes.Zeros ? [] : [.. window.Padding.Reverse().SelectMany(length => (long[])[length, length])];
        strides = Array.ConvertAll(window.Stride, _ => 1L);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = around.Length == 0 ? input : functional.pad(input, around, mode);
        var dense = strides.Length switch
        {
            1 => functional.conv1d(x, weight, bias, strides[0], padding[0], dilation[0], groups),
            2 => functional.conv2d(x, weight, bias, strides, padding, dilation, groups),
            _ => functional.conv3d(x, weight, bias, strides, padding, dilation, groups),
        };
        return pool.call(dense).MoveToOuterDisposeScope();
    }

    public override string ToString()
        => new ModuleText(nameof(LiftedConvolution)).With(weight.size(1) * groups).With(weight.size(0))
            .With("kernel_size", PoolWindow.Short(weight.shape[2..])).Child(nameof(pool), pool).ToString();
}

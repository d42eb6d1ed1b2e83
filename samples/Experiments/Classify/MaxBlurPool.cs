using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>
/// Anti-aliased max pooling: the maximum of 2 x 2 at every pixel, then the binomial filter (1, 2, 1)/4 along both axes at every second one.
/// </summary>
/// <remarks>R. Zhang, "Making Convolutional Networks Shift-Invariant Again", ICML 2019 (arXiv 1904.11486), calls it MaxBlurPool.</remarks>
internal sealed class MaxBlurPool : Module<Tensor, Tensor>
{
    private readonly int channels;
    private readonly Tensor filter;

    public MaxBlurPool(int channels)
        : base(nameof(MaxBlurPool))
    {
        this.channels = channels;
        float[] binomial = [1, 2, 1];
        var taps = binomial.SelectMany(a => binomial.Select(b => a * b / 16)).ToArray();
        filter = tensor(taps, [1, 1, 3, 3]).expand(channels, 1, 3, 3).contiguous().DetachFromDisposeScope();
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var maxima = functional.max_pool2d(x, kernel_size: 2, stride: 1);
        var padded = functional.pad(maxima, [1, 1, 1, 1], PaddingModes.Reflect);
        return functional.conv2d(padded, filter, strides: [2L, 2L], groups: channels).MoveToOuterDisposeScope();
    }
}

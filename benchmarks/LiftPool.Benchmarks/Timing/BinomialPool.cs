namespace LiftPool.Benchmarks;

/// <summary>
/// A depthwise convolution of stride 2 with the taps 1/4, 1/2, 1/4 along each axis: the smallest filter of R. Zhang,
/// "Making Convolutional Networks Shift-Invariant Again", ICML 2019. An odd length n gives (n+1)/2 outputs.
/// </summary>
internal sealed class BinomialPool : Module<Tensor, Tensor>
{
    private readonly int axes;
    private readonly long channels;
    private readonly Tensor taps;

    public BinomialPool(int axes, long channels)
        : base(nameof(BinomialPool))
    {
        this.axes = axes;
        this.channels = channels;
        using var scope = NewDisposeScope();
        var line = tensor([0.25f, 0.5f, 0.25f]);
        var one = axes == 1 ? line : outer(line, line);
        taps = one.repeat([channels, 1, .. Enumerable.Repeat(1L, axes)]).contiguous().DetachFromDisposeScope();
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => axes == 1
        ? functional.conv1d(input, taps, stride: 2, padding: 1, groups: channels)
        : functional.conv2d(input, taps, strides: [2, 2], padding: [1, 1], groups: channels);
}

namespace LiftPool.Benchmarks;

/// <summary>
/// A wavelet's two-dimensional transform as TorchSharp's users would compose it: one depthwise convolution of stride 2 with
/// four filters a channel, <c>[N, C, H, W]</c> to <c>[N, 4C, H/2, W/2]</c>, each channel's LL, LH, HL, HH side by side.
/// </summary>
/// <remarks>
/// The signal is continued by its last sample, where lifting continues its half-signals: at the borders the two differ,
/// which costs neither of them time.
/// </remarks>
internal sealed class WaveletConvolution : Module<Tensor, Tensor>
{
    private const int Bands = 4;

    private readonly long channels;
    private readonly Tensor taps;
    private readonly long[] padding;

    public WaveletConvolution(Wavelet wavelet, long channels)
        : base(nameof(WaveletConvolution))
    {
        this.channels = channels;
        var filters = AnalysisFilters.Of(wavelet);
        var (before, after) = filters.Beyond;
        padding = [before, after, before, after];
        Border = (Math.Max(before, after) + 1) / 2;

        using var scope = NewDisposeScope();
        var (low, high) = (tensor(filters.Low), tensor(filters.High));

        // A band's name begins with the row's letter; an outer product with the column.
        var four = stack([outer(low, low), outer(high, low), outer(low, high), outer(high, high)]);
        taps = four.unsqueeze(1).repeat(channels, 1, 1, 1).to(ScalarType.Float32).DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>How many rows and columns at a band's edges see beyond the signal's.</summary>
    public int Border { get; }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = Border == 0 ? input : functional.pad(input, padding, PaddingModes.Replicate);
        return functional.conv2d(x, taps, strides: [2, 2], groups: channels).MoveToOuterDisposeScope();
    }

    /// <summary>One band of what <see cref="forward"/> gives, without its border.</summary>
    public Tensor Inside(Tensor output, int band) => Inside(output.slice(1, band, Bands * channels, Bands));

    /// <summary>A band without its border.</summary>
    public Tensor Inside(Tensor band) => band
        .slice(2, Border, band.size(2) - Border, 1)
        .slice(3, Border, band.size(3) - Border, 1);
}

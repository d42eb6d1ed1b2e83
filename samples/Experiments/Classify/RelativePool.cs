using LiftPool;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>
/// <see cref="LiftDownPool2d"/>, all bands summed, with penalties that a smaller input does not make smaller:
/// <c>c_p = ||details||^2 / ||x||^2</c>, and for c_u that the smooth copy keeps each channel's mean,
/// <c>c_u = sum (mean LL - mean x)^2 / sum (mean x)^2</c>.
/// </summary>
/// <remarks>
/// The mean kept: M. X. Bastidas Rodriguez and others, "Deep Adaptive Wavelet Network", WACV 2020 (arXiv 1912.05035), which asks it
/// without the ratio.
/// </remarks>
internal sealed class RelativePool : Module<Tensor, Tensor>
{
    // So that a map of zeros has no penalty.
    private static readonly Scalar Little = 1e-12f;

    private static readonly long[] Pixels = [2, 3];

    private readonly LiftDownPool2d pool;

    public RelativePool(int channels)
        : base(nameof(RelativePool))
    {
        pool = new LiftDownPool2d(channels);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (y, bands) = pool.forward_with_bands(x);
        var details = bands.LH.square().sum().add(bands.HL.square().sum()).add(bands.HH.square().sum());
        var means = x.mean(Pixels);
        StepPenalties.Add(
            bands.LL.mean(Pixels).sub(means).square().sum().div(means.square().sum().add(Little)),
            details.div(x.square().sum().add(Little)));
        return y.MoveToOuterDisposeScope();
    }
}

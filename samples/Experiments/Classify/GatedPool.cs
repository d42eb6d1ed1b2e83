using LiftPool;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>
/// The sum of a lifting scheme's four bands, each passed through a gate: <c>x + x (sigmoid(InstanceNorm(conv x)) - 1/2)</c>, with a
/// convolution of 5 x 5 for each band, each channel with its own filter as in the scheme.
/// </summary>
/// <remarks>
/// L. Hu and others, "Temporal Lift Pooling for Continuous Sign Language Recognition", ECCV 2022 (arXiv 2207.08734), which gates bands
/// along time.
/// </remarks>
internal sealed class GatedPool : Module<Tensor, Tensor>
{
    private static readonly Scalar Half = 0.5f;

    private readonly LiftDownPool2d pool;
    private readonly ModuleList<Module<Tensor, Tensor>> gates;

    public GatedPool(int channels)
        : base(nameof(GatedPool))
    {
        pool = new LiftDownPool2d(channels, reduction: BandReduction.Concat);
        gates = ModuleList([.. Enumerable.Range(0, 4).Select(_ => Gate(channels))]);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var bands = pool.call(x).chunk(gates.Count, 1);
        return stack([.. bands.Select((band, i) => band.mul(gates[i].call(band).add(Half)))]).sum(dim: 0).MoveToOuterDisposeScope();
    }

    private static Module<Tensor, Tensor> Gate(int channels) => Sequential(
        Conv2d(channels, channels, kernel_size: 5, padding: 2, groups: channels),
        InstanceNorm2d(channels),
        Sigmoid());
}

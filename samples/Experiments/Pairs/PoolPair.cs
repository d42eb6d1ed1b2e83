using LiftPool;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>A pool of the encoder, and what stands at the same level of the decoder and brings features back to the size before it.</summary>
internal abstract class PoolPair(string name) : Module(name)
{
    /// <returns>
    /// x at half height and width, and what brings features of that shape to the shape of x, by what the pool kept of x.
    /// </returns>
    public abstract (Tensor Pooled, Func<Tensor, Tensor> Unpool) Pool(Tensor x);
}

/// <summary>The maximum of 2 x 2, and back to where it was, with zeros around it.</summary>
/// <remarks>V. Badrinarayanan, A. Kendall, R. Cipolla, "SegNet", PAMI 2017 (arXiv 1511.00561).</remarks>
internal sealed class MaxPair() : PoolPair(nameof(MaxPair))
{
    public override (Tensor Pooled, Func<Tensor, Tensor> Unpool) Pool(Tensor x)
    {
        var (pooled, indices) = functional.max_pool2d_with_indices(x, [2, 2]);
        var size = x.shape;
        return (pooled, features => functional.max_unpool2d(features, indices, kernel_size: [2, 2], output_size: size));
    }
}

/// <summary>
/// Any pool, and back by bilinear interpolation, which needs nothing kept; or else with the map before the pool added to it,
/// which hands the decoder as much as a lifting scheme's details do.
/// </summary>
internal sealed class BilinearPair : PoolPair
{
    private readonly Module<Tensor, Tensor> pool;
    private readonly bool skip;

    public BilinearPair(Module<Tensor, Tensor> pool, bool skip)
        : base(nameof(BilinearPair))
    {
        this.pool = pool;
        this.skip = skip;
        RegisterComponents();
    }

    public override (Tensor Pooled, Func<Tensor, Tensor> Unpool) Pool(Tensor x)
    {
        var size = x.shape;
        return (pool.call(x), features => skip ? Enlarge(features).add(x) : Enlarge(features));

        Tensor Enlarge(Tensor features) => functional.interpolate(features, size[2..], mode: InterpolationMode.Bilinear, align_corners: false);
    }
}

/// <summary>
/// The lifting scheme, and back with its details; the features take the place of LL. Perhaps with the map before the pool added, too.
/// </summary>
internal sealed class LiftPair : PoolPair
{
    private readonly LiftDownPool2d down;
    private readonly LiftUpPool2d up;
    private readonly bool skip;

    public LiftPair(LiftDownPool2d down, LiftUpPool2d up, bool skip = false)
        : base(nameof(LiftPair))
    {
        this.skip = skip;
        this.down = down;
        this.up = up;
        RegisterComponents();
    }

    /// <summary>A pair whose up-pool runs the down-pool's own operators backwards.</summary>
    public static LiftPair Tied(LiftDownPool2d down, bool skip = false) => new(down, new LiftUpPool2d(down), skip);

    public override (Tensor Pooled, Func<Tensor, Tensor> Unpool) Pool(Tensor x)
    {
        var (pooled, bands) = down.forward_with_bands(x);
        return (pooled, features => skip ? up.call(features, bands).add(x) : up.call(features, bands));
    }
}

using LiftPool;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>A way down and the way back up.</summary>
/// <param name="Name">As it stands in the tables.</param>
/// <param name="New">Makes one for a number of channels.</param>
internal sealed record PairChoice(string Name, Func<int, PoolPair> New);

internal static class Pairs
{
    public static IReadOnlyList<PairChoice> All { get; } =
    [
        new("MaxPool2d + MaxUnpool2d", _ => new UnpoolPair()),
        new("MaxPool2d + bilinear", _ => new BilinearPair()),
        new("LiftDownPool2d + LiftUpPool2d, tied", channels => new LiftPair(channels, tied: true)),
        new("LiftDownPool2d + LiftUpPool2d, untied", channels => new LiftPair(channels, tied: false)),
    ];
}

/// <summary>A pool in an encoder and what undoes it in the decoder, between maps of the same number of channels.</summary>
internal abstract class PoolPair(string name) : Module(name)
{
    /// <summary>Halves height and width.</summary>
    /// <returns>The smaller map, and the way back for features of its shape.</returns>
    public abstract (Tensor Pooled, Func<Tensor, Tensor> Back) Down(Tensor x);
}

/// <summary>Each feature goes back to where its maximum was, zeros around it.</summary>
internal sealed class UnpoolPair() : PoolPair(nameof(UnpoolPair))
{
    public override (Tensor Pooled, Func<Tensor, Tensor> Back) Down(Tensor x)
    {
        var (pooled, indices) = functional.max_pool2d_with_indices(x, [2, 2]);
        var size = x.shape;
        return (pooled, features => functional.max_unpool2d(features, indices, kernel_size: [2, 2], output_size: size));
    }
}

/// <summary>Features are spread over the larger map; nothing is kept of what the pool left out.</summary>
internal sealed class BilinearPair() : PoolPair(nameof(BilinearPair))
{
    public override (Tensor Pooled, Func<Tensor, Tensor> Back) Down(Tensor x)
    {
        var size = x.shape;
        return (
            functional.max_pool2d(x, kernel_size: 2),
            features => functional.interpolate(features, size[2..], mode: InterpolationMode.Bilinear, align_corners: false));
    }
}

/// <summary>Features take the smooth copy's place among the bands, and the lifting steps run backwards.</summary>
internal sealed class LiftPair : PoolPair
{
    private readonly LiftDownPool2d down;
    private readonly LiftUpPool2d up;

    /// <param name="tied">Whether the way back has the operators of the way down, or its own.</param>
    public LiftPair(int channels, bool tied)
        : base(nameof(LiftPair))
    {
        down = new LiftDownPool2d(channels);
        up = tied ? new LiftUpPool2d(down) : new LiftUpPool2d(channels);
        RegisterComponents();
    }

    public override (Tensor Pooled, Func<Tensor, Tensor> Back) Down(Tensor x)
    {
        var (pooled, bands) = down.forward_with_bands(x);
        return (pooled, features => up.call(features, bands));
    }
}

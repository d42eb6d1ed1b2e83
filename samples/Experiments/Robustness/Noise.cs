using TorchSharp;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>Noise on images [N, C, H, W] in 0..1, drawn for each value alone.</summary>
internal static class Noise
{
    private static readonly Scalar Zero = 0f;
    private static readonly Scalar One = 1f;

    /// <summary><c>x + deviation * n</c> with normal n.</summary>
    public static Tensor Gaussian(Tensor images, double deviation, Generator draw)
    {
        using var scope = NewDisposeScope();
        using var factor = deviation.ToScalar();
        return images.add(randn(images.shape, images.dtype, generator: draw), factor).MoveToOuterDisposeScope();
    }

    /// <summary>Counted photons: <c>Poisson(photons * x) / photons</c>.</summary>
    public static Tensor Shot(Tensor images, double photons, Generator draw)
    {
        using var scope = NewDisposeScope();
        using var factor = photons.ToScalar();
        return poisson(images.mul(factor), draw).div(factor).MoveToOuterDisposeScope();
    }

    /// <summary>Salt and pepper: this share of the values, each with its own draw, becomes 0 or 1, as many the one as the other.</summary>
    public static Tensor Impulse(Tensor images, double share, Generator draw)
    {
        using var scope = NewDisposeScope();
        using var pepper = (share / 2).ToScalar();
        using var salt = (1 - (share / 2)).ToScalar();
        var chance = rand(images.shape, generator: draw);
        return images.masked_fill(chance.lt(pepper), Zero).masked_fill(chance.ge(salt), One).MoveToOuterDisposeScope();
    }
}

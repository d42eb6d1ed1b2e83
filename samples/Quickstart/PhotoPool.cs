using LiftPool;
using TorchSharp;
using static TorchSharp.torch;

namespace Quickstart;

/// <summary>What came back through a pair of layers, and the largest error of any of its values.</summary>
internal sealed record Restored(Tensor Image, double LargestError);

/// <summary>A pool for photographs [1, 3, H, W], made out of one that a network has trained.</summary>
internal sealed class PhotoPool : IDisposable
{
    public const int Steps = 300;
    private const int CropSide = 96;

    // The operators end in tanh, which is straight near zero only: they foretell a paler picture better. A power of
    // two, so that the way there and back loses nothing.
    public const float Contrast = 0.25f;

    private static readonly Scalar Pale = Contrast;

    private readonly LiftDownPool2d down = new(channels: 3);
    private readonly LiftUpPool2d up;

    /// <summary>
    /// Gives each of the three channels the filters of one trained channel: that which foretells the photograph best,
    /// so leaves the least detail.
    /// </summary>
    public PhotoPool(LiftDownPool2d trained, Tensor photo)
    {
        up = new LiftUpPool2d(down);

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var weights = trained.state_dict();
        var channels = weights["scheme.predict.conv.weight"].size(0);
        var grey = photo.mul(Pale).mean([1], keepdim: true).expand(-1, channels, -1, -1);
        var (_, bands) = trained.forward_with_bands(grey);
        var detail = stack([bands.LH, bands.HL, bands.HH]);
        var best = detail.square().mean([0, 1, 3, 4]).argmin();
        Channel = best.item<long>();

        var rows = best.expand(3);
        down.load_state_dict(weights.ToDictionary(weight => weight.Key, weight => weight.Value.index_select(0, rows)));
    }

    /// <summary>The trained channel whose filters this pool began with.</summary>
    public long Channel { get; }

    /// <summary>Trains the filters further on random crops of the photograph, by the two penalties alone.</summary>
    public void Adapt(Tensor photo, int seed, CancellationToken cancel)
    {
        var random = new Random(seed);
        using var optimizer = optim.Adam(down.parameters(), lr: 0.02);
        var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, Steps);
        for (var step = 0; step < Steps; step++)
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var penalty = new LiftRegularizer(lambda_u: 0.01, lambda_p: 0.1);
            down.call(RandomCrop(photo, random).mul(Pale));

            optimizer.zero_grad();
            penalty.loss().backward();
            optimizer.step();
            schedule.step();
        }
    }

    /// <summary>The bands of a photograph, in its own contrast.</summary>
    public (Tensor LL, Tensor LH, Tensor HL, Tensor HH) Bands(Tensor photo)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (_, bands) = down.forward_with_bands(photo.mul(Pale));
        return (Full(bands.LL), Full(bands.LH), Full(bands.HL), Full(bands.HH));

        static Tensor Full(Tensor band) => band.div(Pale).MoveToOuterDisposeScope();
    }

    /// <summary>Down and up again.</summary>
    public Restored RoundTrip(Tensor photo)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (_, bands) = down.forward_with_bands(photo.mul(Pale));
        return Compare(up.call(bands).div(Pale), photo);
    }

    /// <summary>The same with max pooling: each maximum goes back to where it was, zeros around it.</summary>
    public static Restored MaxRoundTrip(Tensor photo)
    {
        using var scope = NewDisposeScope();
        using var pool = nn.MaxPool2d(2);
        using var unpool = nn.MaxUnpool2d(2);
        var (maxima, indices) = pool.forward_with_indices(photo);

        // All four lengths: LibTorch 2.10 documents two as well, and refuses them.
        return Compare(unpool.call(maxima, indices, photo.shape), photo);
    }

    public void Dispose()
    {
        up.Dispose();
        down.Dispose();
    }

    private static Restored Compare(Tensor restored, Tensor photo) =>
        new(restored.MoveToOuterDisposeScope(), restored.sub(photo).abs().max().item<float>());

    private static Tensor RandomCrop(Tensor photo, Random random)
    {
        foreach (var axis in (int[])[2, 3])
        {
            var side = Math.Min(CropSide, photo.size(axis));
            photo = photo.narrow(axis, random.NextInt64(photo.size(axis) - side + 1), side);
        }

        return photo;
    }
}

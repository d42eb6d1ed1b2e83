using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>
/// A small SegNet: two or more stages of convolution, batch normalisation and ReLU, each followed by a pool, 48 -> 24 -> 12, three stages
/// between, and up again by as many stages, each behind an up-pool, to a label for every pixel. The pairs of pools are given, all else is
/// the same.
/// </summary>
/// <remarks>
/// As in SegNet, nothing goes from the encoder to the decoder but what the pairs keep, and an up-pool has as many channels as its down-pool.
/// </remarks>
internal sealed class SegNet : Module<Tensor, Tensor>
{
    /// <summary>After four, 48 pixels are 3.</summary>
    public const int MostLevels = 4;

    private const int Narrow = 32;

    private readonly ModuleList<Module<Tensor, Tensor>> encoder;
    private readonly Module<Tensor, Tensor> middle;
    private readonly ModuleList<Module<Tensor, Tensor>> decoder;
    private readonly Module<Tensor, Tensor> head;
    private readonly ModuleList<PoolPair> pairs;

    /// <param name="pair">What stands between the stages.</param>
    /// <param name="levels">Pools, one behind the other; each stage has twice the channels of the one before.</param>
    public SegNet(int classes, PairChoice pair, int levels)
        : base(nameof(SegNet))
    {
        int[] widths = [.. Enumerable.Range(0, levels).Select(level => Narrow << level)];
        var wide = widths[^1];
        encoder = ModuleList([.. widths.Select((width, level) => Stage.New(level == 0 ? 1 : width / 2, width))]);
        middle = Sequential(Stage.New(wide, wide), Stage.New(wide, wide), Stage.New(wide, wide));
        decoder = ModuleList([.. widths.Select(width => Stage.New(width, width / 2))]);
        head = Conv2d(Narrow / 2, classes, kernel_size: 1);

        // Last, so that pools which draw weights leave the others with the weights they have without.
        pairs = ModuleList([.. widths.Select(pair.New)]);
        RegisterComponents();
    }

    /// <param name="x">Grey images [N, 1, H, W].</param>
    /// <returns>[N, classes, H, W], to be the arguments of a softmax.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var levels = encoder.Count;
        var unpools = new Func<Tensor, Tensor>[levels];
        for (var level = 0; level < levels; level++)
        {
            (x, unpools[level]) = pairs[level].Pool(encoder[level].call(x));
        }

        x = middle.call(x);
        for (var level = levels - 1; level >= 0; level--)
        {
            x = decoder[level].call(unpools[level](x));
        }

        return head.call(x).MoveToOuterDisposeScope();
    }
}

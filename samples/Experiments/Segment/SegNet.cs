using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>
/// A small SegNet: two stages of convolution, batch normalisation and ReLU, each followed by a pool, 48 -> 24 -> 12, three stages
/// between, and up again by two stages, each behind an up-pool, to a label for every pixel. The pairs of pools are given, all else is
/// the same.
/// </summary>
/// <remarks>
/// As in SegNet, nothing goes from the encoder to the decoder but what the pairs keep, and an up-pool has as many channels as its down-pool.
/// </remarks>
internal sealed class SegNet : Module<Tensor, Tensor>
{
    private const int Narrow = 32;
    private const int Wide = 64;
    private const int Levels = 2;

    private readonly ModuleList<Module<Tensor, Tensor>> encoder;
    private readonly Module<Tensor, Tensor> middle;
    private readonly ModuleList<Module<Tensor, Tensor>> decoder;
    private readonly Module<Tensor, Tensor> head;
    private readonly ModuleList<PoolPair> pairs;

    /// <param name="pair">What stands between the stages.</param>
    public SegNet(int classes, PairChoice pair)
        : base(nameof(SegNet))
    {
        encoder = ModuleList(Stage.New(1, Narrow), Stage.New(Narrow, Wide));
        middle = Sequential(Stage.New(Wide, Wide), Stage.New(Wide, Wide), Stage.New(Wide, Wide));
        decoder = ModuleList(Stage.New(Narrow, Narrow / 2), Stage.New(Wide, Narrow));
        head = Conv2d(Narrow / 2, classes, kernel_size: 1);

        // Last, so that pools which draw weights leave the others with the weights they have without.
        pairs = ModuleList(pair.New(Narrow), pair.New(Wide));
        RegisterComponents();
    }

    /// <param name="x">Grey images [N, 1, H, W].</param>
    /// <returns>[N, classes, H, W], to be the arguments of a softmax.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var unpools = new Func<Tensor, Tensor>[Levels];
        for (var level = 0; level < Levels; level++)
        {
            (x, unpools[level]) = pairs[level].Pool(encoder[level].call(x));
        }

        x = middle.call(x);
        for (var level = Levels - 1; level >= 0; level--)
        {
            x = decoder[level].call(unpools[level](x));
        }

        return head.call(x).MoveToOuterDisposeScope();
    }
}

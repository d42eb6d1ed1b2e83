using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>
/// An encoder-decoder for images [N, 1, H, W] that adds a correction to its input. Two pairs of pools halve and double
/// the size; nothing else passes from the encoder to the decoder but what they keep. The pairs are given, all else is the same.
/// </summary>
/// <remarks>16 channels at full size, 32 at half, 64 at a quarter: convolution, batch normalisation, ReLU at each place.</remarks>
internal sealed class RestoreNet : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> encoder1;
    private readonly Module<Tensor, Tensor> encoder2;
    private readonly Module<Tensor, Tensor> middle;
    private readonly Module<Tensor, Tensor> decoder2;
    private readonly Module<Tensor, Tensor> decoder1;
    private readonly Module<Tensor, Tensor> last;
    private readonly PoolPair pair1;
    private readonly PoolPair pair2;

    public RestoreNet(PairChoice pair)
        : base(nameof(RestoreNet))
    {
        encoder1 = Sequential(Stage.New(1, 16), Stage.New(16, 16));
        encoder2 = Stage.New(16, 32);
        middle = Sequential(Stage.New(32, 64), Stage.New(64, 32));
        decoder2 = Stage.New(32, 16);
        decoder1 = Stage.New(16, 16);

        // Zero: the untrained network gives back its input.
        var correction = Conv2d(16, 1, kernel_size: 1);
        init.zeros_(correction.weight);
        init.zeros_(correction.bias);
        last = correction;

        // Pairs last, so that those which draw weights leave the others with the weights they have without.
        pair1 = pair.New(16);
        pair2 = pair.New(32);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (half, toFull) = pair1.Pool(encoder1.call(x));
        var (quarter, toHalf) = pair2.Pool(encoder2.call(half));
        var features = decoder2.call(toHalf(middle.call(quarter)));
        return last.call(decoder1.call(toFull(features))).add(x).MoveToOuterDisposeScope();
    }
}

using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Quickstart;

/// <summary>
/// A small convolutional network: 28 x 28 -> 14 x 14 -> 7 x 7 -> ten classes. Its pools are given,
/// everything else is the same.
/// </summary>
internal sealed class Network : Module<Tensor, Tensor>
{
    // Multiples of 16: on processors that hide their cache sizes LibTorch 2.10 computes some float32
    // convolutions between other channel counts wrongly (see docs/troubleshooting.md).
    private const int Narrow = 16;
    private const int Middle = 32;
    private const int Wide = 64;

    private readonly Module<Tensor, Tensor> stage1;
    private readonly Module<Tensor, Tensor> stage2;
    private readonly Module<Tensor, Tensor> stage3;
    private readonly Module<Tensor, Tensor> head;
    private readonly Module<Tensor, Tensor> pool1;
    private readonly Module<Tensor, Tensor> pool2;

    /// <param name="pool">Makes a pool that halves height and width, given its number of channels.</param>
    public Network(Func<int, Module<Tensor, Tensor>> pool)
        : base(nameof(Network))
    {
        stage1 = Stage(1, Narrow);
        stage2 = Stage(Narrow, Middle);
        stage3 = Stage(Middle, Wide);
        head = Sequential(Flatten(), Linear(Wide * 7 * 7, FashionMnist.Classes));

        // Last, so that pools which draw weights leave the others with the weights they have without.
        pool1 = pool(Narrow);
        pool2 = pool(Middle);
        RegisterComponents();
    }

    /// <summary>The pool at full resolution.</summary>
    public Module<Tensor, Tensor> FirstPool => pool1;

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var small = pool1.call(stage1.call(x));
        var smaller = pool2.call(stage2.call(small));
        return head.call(stage3.call(smaller)).MoveToOuterDisposeScope();
    }

    private static Module<Tensor, Tensor> Stage(int input, int output) => Sequential(
        Conv2d(input, output, kernel_size: 3, padding: 1, bias: false),
        BatchNorm2d(output),
        ReLU());
}

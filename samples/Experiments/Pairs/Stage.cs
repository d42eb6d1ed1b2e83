using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>What encoder-decoders are made of.</summary>
internal static class Stage
{
    /// <summary>A 3 x 3 convolution, batch normalisation and ReLU.</summary>
    /// <remarks>
    /// Give it multiples of 16: on processors that hide their cache sizes LibTorch 2.10 computes some float32 convolutions between
    /// other channel counts wrongly (see docs/troubleshooting.md). One channel of input is right.
    /// </remarks>
    public static Module<Tensor, Tensor> New(int inputs, int outputs) => Sequential(
        Conv2d(inputs, outputs, kernel_size: 3, padding: 1, bias: false),
        BatchNorm2d(outputs),
        ReLU());
}

using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Experiments;

/// <summary>
/// A small VGG with batch normalisation: four stages of one convolution or several, a pool after each of the first three,
/// 28 -> 14 -> 7 -> 3 or 32 -> 16 -> 8 -> 4, and a linear head. The pools are given, all else is the same.
/// </summary>
internal sealed class Vgg : Module<Tensor, Tensor>
{
    // Multiples of 16: on processors that hide their cache sizes LibTorch 2.10 computes some float32
    // convolutions between other channel counts wrongly (see docs/troubleshooting.md).
    private static readonly int[] Widths = [16, 32, 64, 64];

    private const int BatchSize = 100;

    private static readonly string[] PooledNorms = ["body.norm1.weight", "body.norm2.weight", "body.norm3.weight"];

    private readonly Module<Tensor, Tensor> body;
    private readonly Module<Tensor, Tensor> head;

    /// <summary>The network for such images.</summary>
    public Vgg(Splits data, PoolChoice pool, int depth)
        : this((int)data.Test.Images.size(1), (int)data.Test.Images.size(2), data.Classes, pool, depth)
    {
    }

    /// <param name="channels">Of the images.</param>
    /// <param name="side">Of the images, in pixels.</param>
    /// <param name="pool">What stands between the stages.</param>
    /// <param name="depth">Convolutions in a stage.</param>
    public Vgg(int channels, int side, int classes, PoolChoice pool, int depth = 1)
        : base(nameof(Vgg))
    {
        // Pools last, so that pools which draw weights leave the others with the weights they have without. (All but those that widen:
        // their next convolution is another.)
        var inputs = Widths.Select((_, i) => i == 0 ? channels : pool.Widening * Widths[i - 1]).ToArray();
        var stages = Widths.Select((width, i) => Enumerable.Range(0, depth)
            .Select(layer => Conv2d(layer == 0 ? inputs[i] : width, width, kernel_size: 3, padding: 1, bias: false)).ToArray()).ToArray();
        head = Linear(Widths[^1] * (side / 8) * (side / 8), classes);
        var layers = new List<(string, Module<Tensor, Tensor>)>();
        for (var i = 0; i < Widths.Length; i++)
        {
            // The last of a stage has the stage's number alone.
            for (var layer = 0; layer < depth; layer++)
            {
                var name = layer == depth - 1 ? $"{i + 1}" : $"{i + 1}_{layer + 1}";
                layers.Add(($"conv{name}", stages[i][layer]));
                layers.Add(($"norm{name}", BatchNorm2d(Widths[i])));
                layers.Add(($"relu{name}", ReLU()));
            }

            if (i < Widths.Length - 1)
            {
                layers.Insert(layers.Count - (pool.BeforeActivation ? 1 : 0), ($"pool{i + 1}", pool.New(Widths[i])));
            }
        }

        body = Sequential(layers);
        RegisterComponents();
    }

    /// <summary>The classes [N] of images, as the trained network sees them.</summary>
    public Tensor Classify(Tensor images)
    {
        eval();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return cat([.. images.split(BatchSize).Select(batch => call(batch).argmax(1))]).MoveToOuterDisposeScope();
    }

    /// <summary>The share of images to which it gives the class of their label.</summary>
    public double Accuracy(Examples examples)
    {
        using var scope = NewDisposeScope();
        return Share(Classify(examples.Images).eq(examples.Labels));
    }

    /// <summary>The share of the others.</summary>
    public double Error(Examples examples)
    {
        using var scope = NewDisposeScope();
        return Share(Classify(examples.Images).ne(examples.Labels));
    }

    /// <summary>
    /// The mean size of the factors by which batch normalisation scales what enters the pools, 1 at first. To max pooling the scale is
    /// nothing, since the next normalisation undoes it; penalties on what is pooled fall with it.
    /// </summary>
    public double ScaleBeforePools()
    {
        using var scope = NewDisposeScope();
        return named_parameters()
            .Where(one => PooledNorms.Contains(one.name))
            .Average(one => one.parameter.abs().mean().item<float>());
    }

    private static double Share(Tensor ofImages) => ofImages.to(ScalarType.Float64).mean().item<double>();

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return head.call(body.call(x).flatten(1)).MoveToOuterDisposeScope();
    }
}

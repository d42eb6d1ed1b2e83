using TorchSharp;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>A sequence of images, each changed a little more than the one before, over which a class ought to stay the same.</summary>
/// <param name="Name">As it stands in the tables.</param>
/// <param name="Sequences">How many sequences an image has.</param>
/// <param name="Frames">How many images a sequence has.</param>
/// <param name="Function">Changes images [N, C, H, W] in 0..1, given the sequence and the frame, from 0, and where to draw from.</param>
internal sealed record Perturbation(string Name, int Sequences, int Frames, Func<Tensor, int, int, Generator, Tensor> Function)
{
    private static readonly Scalar Zero = 0f;
    private static readonly Scalar One = 1f;

    /// <summary>Whether frames do not follow from each other, as noise does not, and are compared with the first.</summary>
    public bool AgainstFirst { get; init; }

    /// <summary>
    /// The share of frames, over all images and sequences, whose class is another one than that of the frame before, or of the first.
    /// </summary>
    /// <param name="predict">The classes [N] of images.</param>
    public double FlipProbability(Tensor images, Func<Tensor, Tensor> predict, int seed)
    {
        using var draw = new Generator((ulong)seed);
        var flips = 0.0;
        for (var sequence = 0; sequence < Sequences; sequence++)
        {
            using var scope = NewDisposeScope();
            var classes = Enumerable.Range(0, Frames).Select(frame => Predict(images, sequence, frame, predict, draw)).ToList();
            flips += ShareOfFlips(stack(classes), AgainstFirst);
        }

        return flips / Sequences;
    }

    /// <summary>The share of classes [frames, N] after the first frame that differ from the frame before, or from the first.</summary>
    public static double ShareOfFlips(Tensor classes, bool againstFirst)
    {
        using var scope = NewDisposeScope();
        var steps = classes.size(0) - 1;
        var before = againstFirst ? classes.narrow(0, 0, 1) : classes.narrow(0, 0, steps);
        return classes.narrow(0, 1, steps).ne(before).to(ScalarType.Float64).mean().item<double>();
    }

    private Tensor Predict(Tensor images, int sequence, int frame, Func<Tensor, Tensor> predict, Generator draw)
    {
        using var scope = NewDisposeScope();
        return predict(Function(images, sequence, frame, draw).clamp(Zero, One)).MoveToOuterDisposeScope();
    }
}

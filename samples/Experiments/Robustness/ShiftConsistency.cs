using static TorchSharp.torch;

namespace Experiments;

/// <summary>
/// How often a network gives an image the same class at two places: the share of all pairs of different shifts, by up to three whole
/// pixels along both axes.
/// </summary>
/// <remarks>R. Zhang, "Making Convolutional Networks Shift-Invariant Again", ICML 2019 (arXiv 1904.11486), which draws pairs.</remarks>
internal static class ShiftConsistency
{
    private const int Most = 3;
    private const int Places = (2 * Most) + 1;
    private const int Shifts = Places * Places;

    /// <param name="images">[N, C, H, W]; beyond the border the outermost pixels go on.</param>
    /// <param name="predict">The classes [N] of images.</param>
    public static double Of(Tensor images, Func<Tensor, Tensor> predict)
    {
        using var scope = NewDisposeScope();
        var classes = stack([.. Enumerable.Range(0, Shifts).Select(shift => Predict(images, shift, predict))]);
        return ShareOfPairs(classes);
    }

    /// <summary>The share of pairs of different rows of classes [shifts, N] that agree, over all columns.</summary>
    public static double ShareOfPairs(Tensor classes)
    {
        using var scope = NewDisposeScope();
        var shifts = classes.size(0);
        var agreeing = classes.unsqueeze(0).eq(classes.unsqueeze(1)).sum().item<long>() - classes.numel();
        return (double)agreeing / (classes.numel() * (shifts - 1));
    }

    private static Tensor Predict(Tensor images, int shift, Func<Tensor, Tensor> predict)
    {
        using var scope = NewDisposeScope();
        return predict(Geometry.Shift(images, (shift % Places) - Most, (shift / Places) - Most)).MoveToOuterDisposeScope();
    }
}

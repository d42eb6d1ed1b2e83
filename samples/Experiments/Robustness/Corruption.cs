using TorchSharp;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>A way of spoiling images that leaves it plain what they show, in five severities.</summary>
/// <param name="Name">As it stands in the tables.</param>
/// <param name="Parameter">What the severities are numbers of.</param>
/// <param name="Severities">The parameter from mild to heavy.</param>
/// <param name="Function">
/// Spoils images [N, C, H, W] in 0..1, given the parameter and where to draw from; the result may leave 0..1.
/// </param>
internal sealed record Corruption(string Name, string Parameter, double[] Severities, Func<Tensor, double, Generator, Tensor> Function)
{
    /// <summary>How many severities there are.</summary>
    public const int Levels = 5;

    private static readonly Scalar Zero = 0f;
    private static readonly Scalar One = 1f;

    /// <summary>The images [N, C, H, W] spoiled, cut off to 0..1.</summary>
    /// <param name="severity">From 1 to 5.</param>
    /// <param name="seed">The same seed draws the same angles, places and directions at each severity.</param>
    public Tensor Apply(Tensor images, int severity, int seed)
    {
        using var scope = NewDisposeScope();
        using var draw = new Generator((ulong)seed);
        return Function(images, Severities[severity - 1], draw).clamp(Zero, One).MoveToOuterDisposeScope();
    }
}

namespace LiftPool;

/// <summary>What became of one pool.</summary>
public sealed class LiftSurgeryRow
{
    internal LiftSurgeryRow()
    {
    }

    /// <summary>Its name in the model; of several, with commas.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>What stood there.</summary>
    public string Was { get; internal init; } = "";

    /// <summary>What stands there now; null if it is what it was.</summary>
    public string? Is { get; internal init; }

    /// <summary>
    /// The channels that the example brought there; of a convolution those that it gives. None if it did not come there, or brought one
    /// axis fewer than a batch of maps has: then one filter serves any number.
    /// </summary>
    public IReadOnlyList<long> Channels { get; internal init; } = [];

    /// <summary>Whether it was replaced.</summary>
    public LiftSurgeryOutcome Outcome { get; internal init; }

    /// <summary>Why it was not, and what to edit; null if it was.</summary>
    public string? Why { get; internal init; }

    /// <summary>
    /// The largest difference between the outputs of the two pools on the example, over the largest magnitude of the pool's input; of a
    /// convolution's output, where it is one; null where there are not two.
    /// </summary>
    public double? Difference { get; internal init; }
}

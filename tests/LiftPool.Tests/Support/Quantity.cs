namespace LiftPool.Tests;

/// <summary>What the precision of a layer is measured of.</summary>
internal enum Quantity
{
    /// <summary>up(down(x)), which should be x.</summary>
    Inverse,

    /// <summary>The output and the bands of an input, and the output of an up-pool for given bands.</summary>
    Forward,

    /// <summary>The gradients of both for their inputs.</summary>
    InputGradient,

    /// <summary>The gradients of both for the weights.</summary>
    WeightGradients,
}

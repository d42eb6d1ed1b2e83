namespace LiftPool.Benchmarks;

/// <summary>What of a layer is measured: each has its own sides, which take turns.</summary>
internal enum Part
{
    /// <summary>Without gradients.</summary>
    Forward,

    /// <summary>Forward + backward.</summary>
    Training,

    /// <summary>Without gradients, of <see cref="SchemePools"/>.</summary>
    SchemesForward,

    /// <summary>Forward + backward of those.</summary>
    SchemesTraining,

    /// <summary>Backward alone, where the weights learn and where they are frozen.</summary>
    Backward,

    /// <summary>The way up, and the way down beside it.</summary>
    Up,

    /// <summary>Our forward on each path.</summary>
    Kernels,

    /// <summary>Bytes between forward and backward, beyond the input.</summary>
    Alive,

    /// <summary>A training step of a whole network.</summary>
    Network,
}

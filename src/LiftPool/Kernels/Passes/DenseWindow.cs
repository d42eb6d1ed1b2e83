namespace LiftPool.Kernels;

/// <summary>The window of two samples whose maximum is lifted in a sample's place, along each lifted axis.</summary>
internal enum DenseWindow
{
    /// <summary>The samples themselves are lifted.</summary>
    None,

    /// <summary>A sample and the one after it; the last alone.</summary>
    Ahead,

    /// <summary>A sample and the one before it; the first alone.</summary>
    Back,

    /// <summary>A sample and the one after it, and one sample less.</summary>
    Valid,
}

namespace LiftPool;

/// <summary>
/// A dense maximum before the lift: along each lifted axis the maximum of a window of two samples takes every sample's place, and that
/// is lifted. The pool is then a max pool whose anti-aliasing filter is learned.
/// </summary>
/// <remarks>
/// <para>Bands, penalties and what an up-pool restores are those of the maximum, not of the input. The gradient goes to the larger of
/// a window, of equals to the first. NaN is larger than all, and of two the last has the gradient: all as MaxPool has it.</para>
/// <para>Source of the dense maximum: R. Zhang, "Making Convolutional Networks Shift-Invariant Again", ICML 2019.</para>
/// </remarks>
public enum DenseMax
{
    /// <summary>The samples themselves are lifted.</summary>
    None,

    /// <summary><c>m[j] = max(x[j], x[j+1])</c>, the last sample alone: n samples, so the shapes of <c>MaxPool(2)</c>.</summary>
    Ahead,

    /// <summary>
    /// <c>m[j] = max(x[j-1], x[j])</c>, the first sample alone: n samples. With max-lifting's LL and ceil_mode it is
    /// <c>MaxPool(3, stride: 2, padding: 1)</c>.
    /// </summary>
    Back,

    /// <summary>
    /// <c>m[j] = max(x[j], x[j+1])</c>: n - 1 samples. With max-lifting's LL it is <c>MaxPool(3, stride: 2)</c>, in floor and in ceil mode.
    /// </summary>
    Valid,
}

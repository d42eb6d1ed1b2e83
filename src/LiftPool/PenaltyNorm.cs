namespace LiftPool;

/// <summary>
/// How the norm in the penalties <c>c_u = ||s - xo||</c> and <c>c_p = ||d||</c> is read. The paper writes the 2-norm,
/// which grows with the size of the tensor and drowns the task loss at the paper's own weights, so there are two readings.
/// Neither depends on how a batch is split over workers of equal size: the mean over the workers is the whole batch's value.
/// </summary>
public enum PenaltyNorm
{
    /// <summary>The mean of the squares over the whole tensor: the default.</summary>
    MeanSquare,

    /// <summary>The 2-norm of each item, averaged over the batch. Its gradient at zero is 0.</summary>
    L2,
}

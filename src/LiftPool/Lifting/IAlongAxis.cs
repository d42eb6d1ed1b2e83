namespace LiftPool.Lifting;

/// <summary>An operator that needs no call of <c>[B, C, L]</c>: it runs along an axis of a tensor of any rank as it lies.</summary>
internal interface IAlongAxis
{
    /// <summary>Whether <see cref="Along"/> may stand for forward: no hook is to see signals.</summary>
    bool RunsAlongAxes { get; }

    /// <summary>
    /// What forward computes for the signals along one spatial axis of <c>[B, C, ...]</c>, without gathering them first.
    /// </summary>
    /// <param name="x">The tensor.</param>
    /// <param name="dim">The axis.</param>
    /// <param name="given">What stands for each of the operator's weights; without, they themselves.</param>
    Tensor Along(Tensor x, int dim, Func<Tensor, Tensor>? given = null);
}

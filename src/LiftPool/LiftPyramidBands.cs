namespace LiftPool;

/// <summary>The bands of every level of a <see cref="LiftPyramid"/>.</summary>
/// <remarks>It owns them as <see cref="LiftBands"/> owns its tensors: disposing it, or its dispose scope, ends them all.</remarks>
public sealed class LiftPyramidBands : IDisposable
{
    private readonly LiftBands[] levels;

    internal LiftPyramidBands(LiftBands[] levels) => this.levels = levels;

    /// <summary>The levels, the finest first. The approximation of each but the last is what the next took apart.</summary>
    public IReadOnlyList<LiftBands> Levels => levels;

    /// <summary>The coarsest approximation: the smooth copy that is left, <c>LL</c> of the last level.</summary>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public Tensor Approximation => levels[^1].Approximation;

    /// <summary>A band of a level.</summary>
    /// <param name="level">0 for the finest.</param>
    /// <param name="band">One of its names: <c>LH</c>.</param>
    /// <exception cref="ArgumentException">There is no such level or band.</exception>
    /// <exception cref="ObjectDisposedException">The bands are disposed, or their dispose scope has ended.</exception>
    public Tensor this[int level, string band]
        => level >= 0 && level < levels.Length
            ? levels[level][band]
            : throw Errors.Wrong(nameof(LiftPyramidBands), $"a level from 0 to {levels.Length - 1}", $"{level}", nameof(level));

    /// <summary>Moves every tensor to the next outer dispose scope.</summary>
    /// <returns>These bands.</returns>
    public LiftPyramidBands MoveToOuterDisposeScope()
    {
        Array.ForEach(levels, level => level.MoveToOuterDisposeScope());
        return this;
    }

    /// <summary>Takes every tensor out of its dispose scope; from then on <see cref="Dispose"/> is the caller's duty.</summary>
    /// <returns>These bands.</returns>
    public LiftPyramidBands DetachFromDisposeScope()
    {
        Array.ForEach(levels, level => level.DetachFromDisposeScope());
        return this;
    }

    /// <summary>Disposes every tensor.</summary>
    public void Dispose() => Array.ForEach(levels, level => level.Dispose());
}

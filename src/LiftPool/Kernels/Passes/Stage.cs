namespace LiftPool.Kernels;

/// <summary>
/// One part of a pass: it does row pairs (those of depth, pairs of planes) one after the other, as soon as the stage before it has done
/// those that it reads.
/// </summary>
internal abstract class Stage
{
    /// <summary>Whether it goes through pairs of planes; else through the row pairs of one.</summary>
    internal virtual bool IsAlongDepth => false;

    /// <summary>How many pairs after its own it reads.</summary>
    internal virtual int Reach => 0;

    /// <summary>How many pairs before its own it still reads of lines that a later stage may change in place.</summary>
    internal virtual int Keeps => 0;

    /// <summary>Whether it changes lines in place.</summary>
    internal virtual bool Changes => false;

    /// <summary>Takes the memory that it needs for so many row pairs at a time.</summary>
    internal virtual void TakeMemory(Arena arena, int together)
    {
    }

    /// <summary>Before a block of channels of an item.</summary>
    internal virtual void Begin()
    {
    }

    /// <summary>Does the pairs [from, to).</summary>
    /// <param name="plane">The pair of planes that the row pairs are of; 0 along depth.</param>
    /// <param name="from">The first.</param>
    /// <param name="to">One after the last.</param>
    internal abstract void Run(int plane, int from, int to);

    /// <summary>After a block of channels of an item.</summary>
    internal virtual void End()
    {
    }
}

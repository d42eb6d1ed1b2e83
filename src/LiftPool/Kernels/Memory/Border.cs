namespace LiftPool.Kernels;

/// <summary>What stands beyond the ends of a half-signal.</summary>
internal enum Border
{
    Zeros,
    Reflect,
    Replicate,
    Circular,
}

/// <summary>Which sample stands at a position beyond the ends.</summary>
internal static class Borders
{
    /// <summary>The position it is taken from, or -1 for zero.</summary>
    internal static int Source(int position, int length, Border border)
    {
        if ((uint)position < (uint)length)
        {
            return position;
        }

        return border switch
        {
            Border.Reflect => position < 0 ? -position : (2 * (length - 1)) - position,
            Border.Replicate => position < 0 ? 0 : length - 1,
            Border.Circular => position < 0 ? position + length : position - length,
            _ => -1,
        };
    }
}

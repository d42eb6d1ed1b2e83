namespace LiftPool.Kernels;

/// <summary>Which sample stands at a position beyond the ends of a half-signal.</summary>
internal static class Padding
{
    /// <summary>The position it is taken from, or -1 for zero.</summary>
    internal static int Source(int position, int length, PaddingModes mode)
    {
        if ((uint)position < (uint)length)
        {
            return position;
        }

        return mode switch
        {
            PaddingModes.Reflect => position < 0 ? -position : (2 * (length - 1)) - position,
            PaddingModes.Replicate => position < 0 ? 0 : length - 1,
            PaddingModes.Circular => position < 0 ? position + length : position - length,
            _ => -1,
        };
    }
}

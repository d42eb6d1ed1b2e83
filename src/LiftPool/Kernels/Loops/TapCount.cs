using System.Runtime.CompilerServices;

namespace LiftPool.Kernels;

/// <summary>
/// How many taps the innermost loops have written out one after the other, without a loop over the taps inside that over
/// the samples, and with the taps in registers.
/// </summary>
internal interface ITapCount
{
    static abstract int Count { get; }

    /// <summary>Whether an operator may have more, for which there is such a loop.</summary>
    static abstract bool AndMore { get; }
}

internal readonly struct OneTap : ITapCount
{
    public static int Count => 1;

    public static bool AndMore => false;
}

internal readonly struct ThreeTaps : ITapCount
{
    public static int Count => 3;

    public static bool AndMore => false;
}

/// <summary>The default.</summary>
internal readonly struct FiveTaps : ITapCount
{
    public static int Count => 5;

    public static bool AndMore => false;
}

/// <summary>Any other number.</summary>
internal readonly struct AnyTaps : ITapCount
{
    public static int Count => 1;

    public static bool AndMore => true;
}

/// <summary>A loop that is compiled for each number of taps.</summary>
internal interface ITapLoop
{
    void Run<K>()
        where K : struct, ITapCount;
}

/// <summary>The one choice of a loop by the number of taps.</summary>
internal static class TapLoop
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Run<L>(int taps, in L loop)
        where L : struct, ITapLoop
    {
        switch (taps)
        {
            case 1:
                loop.Run<OneTap>();
                break;
            case 3:
                loop.Run<ThreeTaps>();
                break;
            case 5:
                loop.Run<FiveTaps>();
                break;
            default:
                loop.Run<AnyTaps>();
                break;
        }
    }
}

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

namespace LiftPool.Lifting;

/// <summary>
/// A set of bands. They are counted by their names, read as binary numbers with L = 0 and H = 1, the horizontal letter first: LL, LH,
/// HL, HH.
/// </summary>
/// <param name="Mask">A bit for each band.</param>
internal readonly record struct BandSet(int Mask)
{
    internal static BandSet None => default;

    internal bool IsEmpty => Mask == 0;

    internal int Count => int.PopCount(Mask);

    /// <summary>All bands of so many axes that are lifted.</summary>
    internal static BandSet All(int axes) => new((1 << (1 << axes)) - 1);

    internal bool Contains(int band) => (Mask >> band & 1) != 0;
}

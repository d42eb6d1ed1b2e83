using System.Globalization;
using LiftPool.Lifting;

namespace LiftPool;

/// <summary>
/// The bands that a pool's output is made of, as Bands1d, Bands2d and Bands3d name them: a letter for each spatial dimension, which is
/// always L for one that is not lifted. Inside, a band has letters for the lifted axes alone.
/// </summary>
internal static class BandChoice
{
    /// <summary>The bands that are chosen, if all of them exist.</summary>
    /// <param name="layer">Who complains.</param>
    /// <param name="axes">The layer's.</param>
    /// <param name="chosen">The value of one of the enums.</param>
    internal static BandSet Checked(string layer, LiftedAxes axes, int chosen)
    {
        if (chosen == BandSet.All(axes.Dimensions).Mask)
        {
            return BandSet.All(axes.Count);
        }

        var (mask, left) = (0, chosen);
        for (var band = 0; band < 1 << axes.Count; band++)
        {
            var named = 1 << NumberInEnum(axes, band);
            mask |= (chosen & named) != 0 ? 1 << band : 0;
            left &= ~named;
        }

        if (chosen == 0 || left != 0)
        {
            var names = BandChecks.Names(1 << axes.Dimensions);
            var existing = Enumerable.Range(0, 1 << axes.Count).Select(band => names[NumberInEnum(axes, band)]);
            var wanted = $"at least one of the {1 << axes.Count} bands {string.Join(", ", existing)}{axes.Along}, or All, and no other";
            throw Errors.Wrong(layer, wanted, $"bands {Described(names, chosen)}", "bands");
        }

        return new(mask);
    }

    // A value that is not the enum's has no names.
    private static string Described(IReadOnlyList<string> names, int chosen)
        => chosen > 0 && chosen >> names.Count == 0
            ? string.Join(", ", names.Where((_, band) => (chosen >> band & 1) != 0))
            : chosen.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of the band's name with L in the place of each axis that is not lifted.</summary>
    private static int NumberInEnum(LiftedAxes axes, int band)
    {
        var (number, letter) = (0, axes.Count);
        for (var fromEnd = 1; fromEnd <= axes.Dimensions; fromEnd++)
        {
            var isDetail = axes.Lifts(^fromEnd) && (band >> --letter & 1) != 0;
            number = (2 * number) + (isDetail ? 1 : 0);
        }

        return number;
    }
}

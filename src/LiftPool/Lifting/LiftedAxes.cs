namespace LiftPool.Lifting;

/// <summary>
/// The spatial dimensions of tensors <c>[N, C, ...]</c>, and which of them are lifted. "Dimensions" are all of them; "axes" are those
/// that are lifted, and each has one letter in a band's name.
/// </summary>
internal readonly record struct LiftedAxes
{
    internal LiftedAxes(int dimensions, LiftAxes axes) => (Dimensions, Axes) = (dimensions, axes & AllOf(dimensions));

    internal int Dimensions { get; }

    /// <summary>Those that are lifted: never one that the dimension does not have.</summary>
    internal LiftAxes Axes { get; }

    /// <summary>How many are lifted.</summary>
    internal int Count => int.PopCount((int)Axes);

    internal bool AreAll => Axes == AllOf(Dimensions);

    /// <summary>For messages: nothing if all are lifted.</summary>
    internal string Along => AreAll ? "" : $" along {Axes}";

    /// <inheritdoc cref="Along"/>
    internal string Pool => $"{Dimensions}-D pool{Along}";

    /// <summary>The lifted dimensions of <c>[N, C, ...]</c>, in the order in which they are lifted: the last first.</summary>
    internal int[] Dims
    {
        get
        {
            var lifted = this;
            return [.. Enumerable.Range(2, Dimensions).Reverse().Where(dim => lifted.Lifts(dim))];
        }
    }

    /// <summary>Every spatial axis of so many.</summary>
    internal static LiftedAxes All(int dimensions) => new(dimensions, LiftAxes.All);

    /// <summary>Those that a layer is to lift, if its dimension has them.</summary>
    internal static LiftedAxes Checked(string layer, int dimensions, LiftAxes axes, string parameter = "axes")
    {
        if (axes == LiftAxes.None || (axes != LiftAxes.All && (axes & ~AllOf(dimensions)) != 0))
        {
            LiftAxes[] its = [LiftAxes.Width, LiftAxes.Height, LiftAxes.Depth];
            var wanted = $"at least one of the axes {string.Join(", ", its[..dimensions])}, or All, and no other";
            throw Errors.Wrong(layer, wanted, $"{axes}", parameter);
        }

        return new(dimensions, axes);
    }

    /// <summary>Whether a dimension is lifted, of <c>[N, C, ...]</c> or counted from the end.</summary>
    internal bool Lifts(Index dim) => Has(Axes, Dimensions + 2 - dim.GetOffset(Dimensions + 2));

    /// <summary>Whether these axes have the dimension that is so many from the end, the last being 1.</summary>
    internal static bool Has(LiftAxes axes, int fromEnd) => fromEnd is > 0 and < 4 && ((int)axes >> (fromEnd - 1) & 1) != 0;

    private static LiftAxes AllOf(int dimensions) => (LiftAxes)((1 << dimensions) - 1);
}

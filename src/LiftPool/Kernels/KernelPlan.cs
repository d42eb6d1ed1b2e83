using LiftPool.Lifting;

namespace LiftPool.Kernels;

/// <summary>One lifting step as the kernels take it.</summary>
/// <param name="Kind">Which half it changes.</param>
/// <param name="Taps">The operator's taps: odd.</param>
/// <param name="Offset">Where its weights begin among the vectors of a block of channels.</param>
/// <param name="IsLinear">Whether the operator is its taps alone, without ReLU, projection and tanh.</param>
/// <param name="Rounding">What becomes of a linear operator's output.</param>
internal readonly record struct KernelStep(StepKind Kind, int Taps, int Offset, bool IsLinear = false, StepRounding Rounding = StepRounding.None);

/// <summary>What the planes of one call have in common: sizes, padding, steps.</summary>
/// <param name="Axes">1 or 2.</param>
/// <param name="Batch">Samples.</param>
/// <param name="Channels">Channels of each.</param>
/// <param name="Height">Rows of a plane; 1 in 1-D.</param>
/// <param name="Width">Samples in a row.</param>
/// <param name="CeilMode">Whether an odd axis repeats its last sample, or leaves it out.</param>
/// <param name="Padding">What stands beyond the ends of a half-signal.</param>
/// <param name="Steps">The scheme.</param>
/// <param name="Gains">What the halves of an axis are multiplied with after the steps.</param>
internal sealed record KernelPlan(int Axes, int Batch, int Channels, int Height, int Width, bool CeilMode, PaddingModes Padding, KernelStep[] Steps, Gains Gains)
{
    private const int SamplesTogether = 16;

    /// <summary>What stands beyond the ends of the first spatial axis: in a piece of a longer signal other than at the ends of a row.</summary>
    internal PaddingModes FirstPadding { get; init; } = Padding;

    /// <summary>The half-samples along the first spatial axis whose penalties count: in a piece not those that overlap another.</summary>
    internal (int From, int To) Counted { get; init; } = (0, int.MaxValue);

    internal PaddingModes HorizontalPadding => Axes == 1 ? FirstPadding : Padding;

    internal PaddingModes VerticalPadding => FirstPadding;

    /// <summary>Samples in a half row.</summary>
    internal int Columns { get; } = (int)OddSizes.BandLength(Width, CeilMode);

    /// <summary>Pairs of rows; in 1-D the one row.</summary>
    internal int Units { get; } = Axes == 1 ? 1 : (int)OddSizes.BandLength(Height, CeilMode);

    internal int RowsInUnit => Axes;

    /// <summary>How far the longest operator reaches.</summary>
    internal int Margin { get; } = Steps.Max(step => step.Taps / 2);

    internal int MaxTaps { get; } = Steps.Max(step => step.Taps);

    /// <summary>Vectors of weights for a block of channels.</summary>
    internal int WeightVectors { get; } = Steps.Sum(step => PackedOperator.Size(step.Taps));

    internal int Bands => 1 << Axes;

    /// <summary>Vectors of gradients for a block of channels: of the weights, and of the factors of a learned reduction.</summary>
    internal int GradientVectors => WeightVectors + Bands;

    /// <summary>
    /// How many items have a share of the weights' gradients together. It depends on the sizes alone, so that the sums come out the
    /// same on any number of threads, and keeps the shares small beside the signal.
    /// </summary>
    internal int ItemsInShare { get; } = ItemsInShareOf(Batch, (long)Channels * Height * Width, (long)Channels * (Steps.Sum(step => PackedOperator.Size(step.Taps)) + (1 << Axes)));

    internal int Shares => (Batch + ItemsInShare - 1) / ItemsInShare;

    /// <summary>
    /// How many units a vertical step stays behind the one before it: until the units that it reads are done, which with
    /// circular padding is at the end of the plane.
    /// </summary>
    internal int Lag => VerticalPadding == PaddingModes.Circular ? Units : Margin;

    internal int VerticalSteps => Axes == 1 ? 0 : Steps.Length;

    /// <summary>How many units a down-pool reads before the first is done.</summary>
    internal int DownDelay => VerticalSteps * Lag;

    /// <summary>How many units an up-pool reads before the first is done: the steps along its rows wait for those down the columns.</summary>
    internal int UpDelay => VerticalSteps == 0 ? 0 : (VerticalSteps + 1) * Lag;

    /// <summary>
    /// How many units take each step together. An operator's result is long in coming, and a short row is done before it is:
    /// several are worked on meanwhile.
    /// </summary>
    internal int UnitsTogether { get; } = Math.Max(1, SamplesTogether / (int)OddSizes.BandLength(Width, CeilMode));

    /// <summary>Of the units from this one on that take a step together, those that exist.</summary>
    internal (int From, int To) Together(int unit) => (Math.Max(unit, 0), Math.Min(unit + UnitsTogether, Units));

    /// <summary>The units that are in work at once when a plane streams through with that delay.</summary>
    internal int Window(int delay) => Math.Min(Units, delay + Margin + UnitsTogether);

    /// <summary>Blocks of as many channels as a vector has lanes; the last may share some with the one before it.</summary>
    internal int Blocks(int lanes) => (Channels + lanes - 1) / lanes;

    /// <summary>1-D steps, each with a term in the penalties: along the rows, and down the columns of both results.</summary>
    internal int Terms => Axes == 1 ? 1 : 3;

    /// <summary>Sums of squares of a plane for the penalties: of s - xo and of d for each term.</summary>
    internal int PenaltySums => 2 * Terms;

    /// <summary>A band's number is its name in binary, H = 1, the letter of the horizontal axis first.</summary>
    internal (int column, int row) HalvesOf(int band) => Axes == 1 ? (band, 0) : (band >> 1, band & 1);

    /// <summary>The inverse of <see cref="HalvesOf"/>.</summary>
    internal int BandOf(int column, int row) => Axes == 1 ? column : (2 * column) + row;

    /// <summary>What a band is multiplied with: a gain for each letter of its name.</summary>
    internal double GainOf(int band)
    {
        var gain = 1.0;
        for (var axis = 0; axis < Axes; axis++)
        {
            gain *= (band >> axis & 1) == 0 ? Gains.Approximation : Gains.Detail;
        }

        return gain;
    }

    // An eighth of the signal, but small ones need not save; and enough shares for many threads.
    private static int ItemsInShareOf(int batch, long itemSize, long shareSize)
    {
        const long FewElements = 1 << 18;
        const int MostShares = 256;
        var shares = Math.Clamp(Math.Max(FewElements, batch * itemSize / 8) / shareSize, 1, MostShares);
        return (int)((batch + shares - 1) / shares);
    }

    /// <summary>Of each step, whether one of these bands needs it, along the rows or down the columns.</summary>
    internal bool[] StepsLeadingTo(int bands)
    {
        bool Wants(int band) => (bands >> band & 1) != 0;
        if (Axes == 1)
        {
            return StepsLeadingTo(Wants(0), Wants(1));
        }

        var alongRows = StepsLeadingTo(Wants(0) || Wants(1), Wants(2) || Wants(3));
        var (low, high) = (StepsLeadingTo(Wants(0), Wants(1)), StepsLeadingTo(Wants(2), Wants(3)));
        return [.. alongRows.Select((needed, k) => needed || low[k] || high[k])];
    }

    /// <inheritdoc cref="LiftingSteps.LeadingTo"/>
    internal bool[] StepsLeadingTo(bool low, bool high) => LiftingSteps.LeadingTo([.. Steps.Select(step => step.Kind)], low, high);
}

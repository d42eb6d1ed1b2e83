namespace LiftPool.Kernels;

/// <summary>What the planes of one call have in common: sizes, borders, steps.</summary>
/// <remarks>
/// Axis 0 is the horizontal one, the last of the tensor; 1 the vertical one; 2 is depth. Those that are lifted have a letter in a band's
/// name, the horizontal one's first; a band's number is its name read in binary, L = 0 and H = 1. Along an axis that is not lifted a
/// "pair" is one sample, row or plane.
/// </remarks>
internal sealed partial class Geometry
{
    private readonly int[] lifted;
    private readonly int[] letters = new int[3];
    private readonly int[] lengths;
    private readonly int[] wholePairs;
    private readonly double bandElements = 1;
    private int[] pairs;
    private readonly int[] weightOffsets;

    /// <param name="items">The batch.</param>
    /// <param name="channels">Of each item.</param>
    /// <param name="lengths">Of the spatial axes, in the order of the tensor's.</param>
    /// <param name="ceilMode">Whether an odd axis repeats its last sample, or leaves it out.</param>
    /// <param name="border">What stands beyond the ends of a half-signal.</param>
    /// <param name="steps">The scheme.</param>
    /// <param name="approximationGain">What the approximation of an axis is multiplied with after the steps.</param>
    /// <param name="detailGain">The same for the detail.</param>
    /// <param name="liftedAxes">Which axes are lifted, as a bit mask; all of them if nothing else is said.</param>
    internal Geometry(
        int items,
        int channels,
        ReadOnlySpan<long> lengths,
        bool ceilMode,
        Border border,
        KernelStep[] steps,
        double approximationGain,
        double detailGain,
        int liftedAxes = ~0)
    {
        (Items, Channels, Dimensions, Steps) = (items, channels, lengths.Length, steps);
        var mask = liftedAxes & ((1 << Dimensions) - 1);
        lifted = new int[int.PopCount(mask)];
        (Border, FirstBorder) = (border, border);
        (ApproximationGain, DetailGain) = (approximationGain, detailGain);
        this.lengths = [1, 1, 1];
        pairs = [1, 1, 1];
        for (int axis = 0, next = 0; axis < Dimensions; axis++)
        {
            // Of a long row that goes in pieces, the whole is asked for its number of elements alone.
            var length = lengths[Dimensions - 1 - axis];
            bandElements *= (mask >> axis & 1) != 0 ? (length + (ceilMode ? 1 : 0)) / 2 : length;
            pairs[axis] = this.lengths[axis] = (int)length;
            if ((mask >> axis & 1) != 0)
            {
                pairs[axis] = (this.lengths[axis] + (ceilMode ? 1 : 0)) / 2;
                lifted[next] = axis;
                letters[axis] = 1 << (lifted.Length - 1 - next++);
            }
        }

        wholePairs = pairs;
        Stretch = new(0, pairs[Dimensions - 1], 0, pairs[Dimensions - 1]);
        weightOffsets = new int[steps.Length];
        for (var k = 0; k < steps.Length; k++)
        {
            weightOffsets[k] = WeightVectors;
            WeightVectors += PackedWeights.Size(steps[k].Taps);
            Margin = Math.Max(Margin, steps[k].Reach);
        }
    }

    /// <summary>The spatial axes.</summary>
    internal int Dimensions { get; }

    /// <summary>How many of them are lifted.</summary>
    internal int Axes => lifted.Length;

    /// <summary>The axes that are lifted, in the order in which they are.</summary>
    internal ReadOnlySpan<int> Lifted => lifted;

    internal bool Lifts(int axis) => letters[axis] != 0;

    internal int Items { get; }

    internal int Channels { get; }

    internal KernelStep[] Steps { get; }

    internal double ApproximationGain { get; }

    internal double DetailGain { get; }

    internal Border Border { get; }

    /// <summary>
    /// What stands beyond the ends of the first spatial axis: in a piece of a longer signal other than at the ends of a row.
    /// </summary>
    internal Border FirstBorder { get; init; }

    /// <summary>The pairs along the first spatial axis whose penalties count: in a piece not those that overlap another.</summary>
    internal (int From, int To) Counted { get; init; } = (0, int.MaxValue);

    /// <summary>Samples in a row, rows in a plane, planes.</summary>
    internal int Width => lengths[0];

    internal int Height => lengths[1];

    internal int Depth => lengths[2];

    /// <summary>What is lifted in the samples' place.</summary>
    internal DenseWindow Dense { get; init; }

    /// <summary>Samples of the tensor along an axis: one more than are lifted, of a window that leaves one out.</summary>
    internal int SourceLength(int axis) => lengths[axis] + (Dense == DenseWindow.Valid && Lifts(axis) ? 1 : 0);

    /// <summary>Pairs of samples in a row, of rows in a plane, of planes: the sizes of a band.</summary>
    internal int Columns => pairs[0];

    internal int Rows => pairs[1];

    internal int Planes => pairs[2];

    /// <summary>Samples along an axis that are in a pair: with ceil_mode all, else all but the last of an odd number.</summary>
    internal int PairedLength(int axis) => Math.Min(lengths[axis], Lifts(axis) ? 2 * wholePairs[axis] : wholePairs[axis]);

    /// <summary>The samples of a band, of one channel of an item.</summary>
    internal int BandPixels => wholePairs[0] * wholePairs[1] * wholePairs[2];

    /// <summary>The samples of a band before a pair along the first spatial axis.</summary>
    internal int BandPixelsBefore(long pair) => (int)pair * (BandPixels / Math.Max(1, wholePairs[Dimensions - 1]));

    /// <summary>Whether a row pair, by its place in the window, is the stretch's own.</summary>
    internal bool Owns(int plane, int row) => Dimensions switch
    {
        1 => true,
        2 => Stretch.Owns(row),
        _ => Stretch.Owns(plane),
    };

    /// <summary>Whether the stretch has the last row of its planes.</summary>
    internal bool OwnsLastRow => Dimensions != 2 || Stretch.To == wholePairs[1];

    /// <summary>
    /// The same planes cut into so many stretches along the first spatial axis, each with a window that reaches so far over the others
    /// that its own bands and samples come out as those of the whole: for more threads than there are blocks of channels. Fewer, or one,
    /// where a window would be most of the planes.
    /// </summary>
    internal Geometry[] Cut(int stretches)
    {
        var axis = Dimensions - 1;
        var reach = 0;
        foreach (var step in Steps)
        {
            reach += Lifts(axis) ? step.Reach : 0;
        }

        var all = pairs[axis];
        stretches = Math.Min(stretches, all / Math.Max(1, 2 * reach));
        if (axis == 0 || stretches <= 1 || (Lifts(axis) && BorderOf(axis) == Border.Circular))
        {
            return [this];
        }

        var parts = new Geometry[stretches];
        for (var i = 0; i < stretches; i++)
        {
            var (from, to) = ((long)all * i / stretches, (long)all * (i + 1) / stretches);
            var stretch = new Stretch(from, to, Math.Max(0, from - reach), Math.Min(all, to + reach));
            parts[i] = (Geometry)MemberwiseClone();
            parts[i].Stretch = stretch;
            parts[i].pairs = [.. pairs];
            parts[i].pairs[axis] = (int)(stretch.WindowTo - stretch.WindowFrom);
        }

        return parts;
    }

    /// <summary>Which pairs along the first spatial axis the pass works on: all, unless another works on the rest.</summary>
    internal Stretch Stretch { get; private set; }

    /// <summary>Row pairs and pairs of planes before those of the stretch's window.</summary>
    internal int RowOffset => Dimensions == 2 ? (int)Stretch.WindowFrom : 0;

    /// <inheritdoc cref="RowOffset"/>
    internal int PlaneOffset => Dimensions == 3 ? (int)Stretch.WindowFrom : 0;

    internal int PairsAlong(int axis) => pairs[axis];

    internal Border BorderOf(int axis) => axis == Dimensions - 1 ? FirstBorder : Border;

    /// <summary>How far the longest operator reaches.</summary>
    internal int Margin { get; }

    /// <summary>The bands, and the lines of a row pair.</summary>
    internal int Bands => 1 << Axes;

    /// <summary>The bit of an axis's letter in a band's number: set for the detail. 0 for an axis that is not lifted.</summary>
    internal int LetterOf(int axis) => letters[axis];

    /// <summary>Vectors of weights for a block of channels.</summary>
    internal int WeightVectors { get; }

    /// <summary>Where a step's weights begin among them.</summary>
    internal int WeightOffset(int step) => weightOffsets[step];

    /// <summary>Vectors of gradients for a block of channels: of the weights, and of the factors of a learned reduction.</summary>
    internal int GradientVectors => WeightVectors + Bands;

    /// <summary>
    /// How many items have a share of the weights' gradients together. It depends on the sizes alone, so that the sums come out the
    /// same on any number of threads, and keeps the shares small beside the signal.
    /// </summary>
    internal int ItemsInShare
    {
        get
        {
            // An eighth of the signal, but small ones need not save; and enough shares for many threads.
            const long FewElements = 1 << 18;
            const int MostShares = 256;
            var elements = (long)Items * Channels * Width * Height * Depth;
            var shares = (int)Math.Clamp(Math.Max(FewElements, elements / 8) / ((long)Channels * GradientVectors), 1, MostShares);
            return (Items + shares - 1) / shares;
        }
    }

    internal int Shares => (Items + ItemsInShare - 1) / ItemsInShare;

    /// <summary>Blocks of as many channels as a vector has lanes; the last may share some with the one before it.</summary>
    internal int Blocks(int lanes) => (Channels + lanes - 1) / lanes;

    /// <summary>1-D steps, each with a term in the penalties: one along the rows, two down the columns, four through the planes.</summary>
    internal int Terms => Bands - 1;

    /// <summary>Sums of squares of an item for the penalties: of s - xo and of d for each term.</summary>
    internal int PenaltySums => 2 * Terms;

    /// <summary>The term of the step along an axis on a line: by the letters that the line has got before.</summary>
    internal int TermOf(int axis, int line)
    {
        var (before, own) = (Bands / (2 * LetterOf(axis)), 2 * LetterOf(axis));
        return before - 1 + (line / own);
    }

    /// <summary>The elements of the approximation that a term compares: those of one item and channel.</summary>
    internal double ElementsOf(int term)
    {
        var place = int.Log2(term + 1);
        return bandElements * (1 << (Axes - 1 - place));
    }
}

namespace LiftPool.Kernels;

/// <content>Sets of lines, as bit masks: which change, and for which bands.</content>
internal sealed partial class Geometry
{
    /// <summary>
    /// Of each step along each axis, the lines that it has to change for some bands: it changes them, or what a later step reads for them.
    /// </summary>
    /// <param name="bands">The bands, as a bit mask.</param>
    /// <returns>A bit mask of lines for step k along the lifted axis number a at <c>[a * steps + k]</c>.</returns>
    internal int[] LinesLeadingTo(int bands)
    {
        var lines = new int[Axes * Steps.Length];
        for (var i = lines.Length - 1; i >= 0; i--)
        {
            var letter = LetterOf(lifted[i / Steps.Length]);
            lines[i] = bands & LinesOf(letter, Steps[i % Steps.Length].IsPredict);
            bands |= Partners(lines[i], letter);
        }

        return lines;
    }

    /// <summary>What a line is multiplied with after these axes' steps.</summary>
    internal double GainOf(int line, ReadOnlySpan<int> axes)
    {
        double gain = 1;
        foreach (var axis in axes)
        {
            gain *= (line & LetterOf(axis)) == 0 ? ApproximationGain : DetailGain;
        }

        return gain;
    }

    /// <summary>The lines that have that letter: the details, or the approximations.</summary>
    internal int LinesOf(int letter, bool detail)
    {
        var lines = 0;
        for (var line = 0; line < Bands; line++)
        {
            lines |= (line & letter) != 0 == detail ? 1 << line : 0;
        }

        return lines;
    }

    /// <summary>The other halves of the lines of a set, which all have that letter or all have not.</summary>
    internal static int Partners(int lines, int letter)
    {
        var partners = 0;
        for (var line = 0; lines >> line != 0; line++)
        {
            partners |= (lines >> line & 1) << (line ^ letter);
        }

        return partners;
    }
}

namespace LiftPool.Kernels;

/// <summary>
/// Where each line's value is while the list of a pass is written. At first every line is in the slot of its number. A line that is
/// changed while its older value is still needed goes on in a slot of its own.
/// </summary>
internal sealed class LineSlots
{
    private readonly List<bool> held;

    internal LineSlots(int lines)
    {
        held = [.. new bool[lines]];
        OfLines = new int[lines];
        for (var line = 0; line < lines; line++)
        {
            OfLines[line] = line;
        }
    }

    /// <summary>How many slots there are.</summary>
    internal int Count => held.Count;

    /// <summary>Of each line its slot, as far as the list is written.</summary>
    internal int[] OfLines { get; }

    internal int this[int line] => OfLines[line];

    /// <summary>A gradient needs what is in a slot: nothing else may come there any more.</summary>
    internal void Hold(int slot, bool isNeeded = true) => held[slot] |= isNeeded;

    /// <summary>The slot for a line's new value: the old one unless that has to stay.</summary>
    internal int ForNewValue(int line)
    {
        if (held[OfLines[line]])
        {
            OfLines[line] = held.Count;
            held.Add(false);
        }

        return OfLines[line];
    }
}

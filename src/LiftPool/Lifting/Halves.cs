namespace LiftPool.Lifting;

/// <summary>
/// The split of a signal and its undoing. The paper counts samples from 1, so the <em>odd</em> half is <c>x[0::2]</c>
/// and the <em>even</em> half <c>x[1::2]</c>.
/// </summary>
internal static class Halves
{
    /// <summary>Both halves of an axis of even length, as views.</summary>
    internal static (Tensor odd, Tensor even) Split(Tensor x, int dim)
    {
        var length = x.size(dim);
        return (x.slice(dim, 0, length, 2), x.slice(dim, 1, length, 2));
    }

    /// <summary>The two halves interleaved in a new tensor, in the memory layout of the odd one.</summary>
    internal static Tensor Merge(Tensor odd, Tensor even, int dim)
    {
        if (!MemoryLayout.IsChannelsLast(odd))
        {
            return Interleave(odd, even, dim);
        }

        // stack() lays its result out in the order of the dimensions it sees, so it has to see the channels last.
        var merged = Interleave(MemoryLayout.ChannelsToEnd(odd), MemoryLayout.ChannelsToEnd(even), dim - 1);
        return MemoryLayout.ChannelsFromEnd(merged);
    }

    private static Tensor Interleave(Tensor odd, Tensor even, int dim)
        => stack([odd, even], dim + 1).flatten(dim, dim + 1);
}

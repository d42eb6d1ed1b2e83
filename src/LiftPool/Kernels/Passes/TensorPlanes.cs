namespace LiftPool.Kernels;

/// <summary>The planes of a tensor's items: where they are in memory, and how they lie.</summary>
/// <param name="Memory">The tensor.</param>
/// <param name="Channels">Of an item.</param>
/// <param name="FirstChannel">Of those that are meant.</param>
/// <param name="Depth">Planes.</param>
/// <param name="Pixels">Of each.</param>
/// <param name="ElementSize">In bytes.</param>
internal readonly record struct TensorPlanes(TensorMemory Memory, int Channels, int FirstChannel, int Depth, int Pixels, int ElementSize)
{
    // Of a small plane all of the next one is fetched in time; a larger one is itself more than the processor guesses, in sixteen channels.
    private const long SmallPlane = 512;
    private const int BytesAheadInPlane = 256;

    internal PlaneLayout Layout => Memory.ChannelsLast ? new(Channels, 1, Pixels) : new(1, (nint)Depth * Pixels, Pixels);

    internal nint Address(ChannelBlock block, int plane, int pixel = 0)
    {
        var (pixels, channel) = ((nint)Depth * Pixels, FirstChannel + block.FirstChannel);
        var ofPlane = ((nint)plane * Pixels) + pixel;
        var element = ((nint)block.Item * Channels * pixels) +
            (Memory.ChannelsLast ? (ofPlane * Channels) + channel : (channel * pixels) + ofPlane);
        return Memory.Data + (element * ElementSize);
    }

    /// <summary>
    /// How far after a pixel to fetch: from a small plane to the one that is read after it, of so many at once; in a larger one ahead, and
    /// nothing (0) where channels come last.
    /// </summary>
    internal nint BytesAhead(ChannelBlock block, ChannelBlock next, int plane, int together)
    {
        if (Pixels > SmallPlane)
        {
            return Memory.ChannelsLast ? 0 : BytesAheadInPlane;
        }

        var (nextBlock, nextPlane) = plane + together < Depth ? (block, plane + together) : (next, plane % together);
        return Address(nextBlock, Math.Min(nextPlane, Depth - 1)) - Address(block, plane);
    }
}

namespace LiftPool.Lifting;

/// <summary>
/// The two layouts that pools keep, as <c>MaxPool2d</c> does: channels-last (NHWC, NDHWC) for input that comes so, and
/// contiguous (NCHW) for every other.
/// </summary>
internal static class MemoryLayout
{
    /// <summary>
    /// Whether LibTorch would call this layout channels-last: strides grow in the order C, W, H, (D,) N. Only the
    /// order counts, so a slice of a channels-last tensor is channels-last too.
    /// </summary>
    internal static bool IsChannelsLast(Tensor x)
    {
        var rank = x.dim();
        if (rank is < 4 or > 5)
        {
            return false;
        }

        // One number after the other: fetching all sizes and strides takes longer than a small call's whole kernel, and most
        // tensors are told by the first two.
        var channelStride = x.stride(1);
        if (channelStride == 0)
        {
            return false;
        }

        long smallest = 0;
        foreach (var dim in (ReadOnlySpan<int>)(rank == 4 ? [1, 3, 2, 0] : [1, 4, 3, 2, 0]))
        {
            // The last test tells [N, 1, 1, 1], whose strides fit both layouts, from channels-last: LibTorch calls it contiguous.
            var (size, stride) = (x.size(dim), x.stride(dim));
            if (size == 0 || stride < smallest || (dim == 0 && smallest == channelStride))
            {
                return false;
            }

            smallest = stride * size;
        }

        return true;
    }

    /// <summary>
    /// The same values without gaps, in the layout asked for, as they stand in memory; the tensor itself if it is so already. All
    /// that the kernels read of signals, gradients and gains comes from here.
    /// </summary>
    /// <remarks>
    /// A view such as <c>z.conj().imag</c> has a lazy sign: its memory holds the negatives. <c>contiguous()</c> resolves the sign
    /// where it copies, and keeps it where there are no gaps. The lazy conjugate is for complex tensors, which no layer takes.
    /// </remarks>
    internal static Tensor Dense(Tensor x, bool channelsLast)
    {
        var values = x.is_neg() ? x.resolve_neg() : x;
        return channelsLast ? ChannelsFromEnd(ChannelsToEnd(values).contiguous()) : values.contiguous();
    }

    /// <summary>
    /// As <see cref="Dense"/>, and with the strides that LibTorch gives such a tensor also where an axis has length 1, and
    /// computations may leave any: what comes next takes the layout from them.
    /// </summary>
    internal static Tensor WithCanonicalStrides(Tensor x, bool channelsLast)
    {
        if (!channelsLast)
        {
            return x.contiguous();
        }

        var dense = ChannelsToEnd(x).contiguous();
        return ChannelsFromEnd(dense.view(-1).view(dense.shape));
    }

    /// <summary>A view with the dimensions in the order in which a channels-last tensor lies in memory.</summary>
    internal static Tensor ChannelsToEnd(Tensor x)
        => x.dim() == 4 ? x.permute(0, 2, 3, 1) : x.permute(0, 2, 3, 4, 1);

    /// <summary>Undoes <see cref="ChannelsToEnd"/>.</summary>
    internal static Tensor ChannelsFromEnd(Tensor x)
        => x.dim() == 4 ? x.permute(0, 3, 1, 2) : x.permute(0, 4, 1, 2, 3);
}

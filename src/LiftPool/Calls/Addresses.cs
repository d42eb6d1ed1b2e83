using LiftPool.Kernels;
using LiftPool.Lifting;

namespace LiftPool.Calls;

/// <summary>
/// The addresses of tensors' memory for one call of a kernel. Until it is disposed it keeps alive what it gave an address of: the
/// garbage collector knows nothing of addresses, and TorchSharp hands out raw ones.
/// </summary>
internal sealed class Addresses : IDisposable
{
    // TorchSharp hands out less than 2 GiB at once.
    private const long MostElementsInBytes = int.MaxValue / sizeof(double);

    private readonly List<Tensor> alive = [];
    private List<Action>? back;

    /// <summary>
    /// Copies a tensor's memory to another place for the time of a call, and gives that address and the way back. Tests take a place
    /// beside pages that nobody may touch; else there is none.
    /// </summary>
    internal static Func<Tensor, (nint Address, Action Back)>? Elsewhere { get; set; }

    /// <summary>The memory of a tensor that is dense in that layout.</summary>
    internal TensorMemory Of(Tensor dense, bool channelsLast)
        => new(Of(channelsLast ? MemoryLayout.ChannelsToEnd(dense) : dense), channelsLast);

    /// <inheritdoc cref="Of(Tensor, bool)"/>
    internal TensorMemory[] Of(Tensor[] dense, bool channelsLast) => Array.ConvertAll(dense, tensor => Of(tensor, channelsLast));

    /// <summary>The address of a contiguous tensor's first element, whose memory holds its values; 0 for none.</summary>
    internal unsafe nint Of(Tensor? tensor)
    {
        if (tensor is null)
        {
            return 0;
        }

        if (tensor.is_neg())
        {
            throw new InvalidOperationException("A tensor with a lazy sign came to a kernel: MemoryLayout.Dense resolves it.");
        }

        alive.Add(tensor);

        if (Elsewhere is { } copy)
        {
            var (address, copyBack) = copy(tensor);
            (back ??= []).Add(copyBack);
            return address;
        }

        if (tensor.numel() <= MostElementsInBytes)
        {
            return First(tensor);
        }

        using var flat = tensor.view(-1);
        using var beginning = flat.narrow(0, 0, 1);
        return First(beginning);

        static nint First(Tensor tensor)
        {
            fixed (byte* first = tensor.bytes)
            {
                return (nint)first;
            }
        }
    }

    public void Dispose()
    {
        back?.ForEach(copyBack => copyBack());
        GC.KeepAlive(alive);
    }
}

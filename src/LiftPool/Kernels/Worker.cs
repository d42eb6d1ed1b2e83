using System.Buffers;
using System.Runtime.InteropServices;

namespace LiftPool.Kernels;

/// <summary>
/// What works on one plane at a time, on a thread of its own: a plane is a sample's block of channels, side by side in
/// the lanes.
/// </summary>
internal abstract unsafe class Worker<V, T> : IDisposable
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    // What is larger has left a core's own cache by the time that its last plane is written.
    private const long CacheBytes = 8 << 20;

    // Of all processors with vectors of this size.
    private const int CacheLine = 64;

    private readonly byte[] memory;
    private readonly GCHandle pin;
    private readonly V* end;
    private V* next;

    protected Worker(KernelCall call, long vectors)
    {
        Call = call;
        Plan = call.Plan;

        // Vectors stand at multiples of their size, so that none straddles a cache line.
        var pointers = ((Plan.MaxTaps * sizeof(V*)) + sizeof(V) - 1) / sizeof(V);
        vectors += pointers + Activation.TermCount;
        memory = ArrayPool<byte>.Shared.Rent(checked((int)((vectors + 1) * sizeof(V))));
        pin = GCHandle.Alloc(memory, GCHandleType.Pinned);
        next = (V*)(((nint)pin.AddrOfPinnedObject() + sizeof(V) - 1) / sizeof(V) * sizeof(V));
        end = next + vectors;
        Sources = (V**)Take(pointers);
        TanhTerms = Take(Activation.TermCount);
        Activation.StoreTerms<V, T>(TanhTerms);
    }

    protected KernelCall Call { get; }

    protected KernelPlan Plan { get; }

    /// <summary>Where the taps of the step in work read: a pointer for each.</summary>
    protected V** Sources { get; }

    /// <summary>The coefficients of tanh.</summary>
    protected V* TanhTerms { get; }

    /// <summary>Works on one block of channels of one sample.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="firstChannel">The block's first channel.</param>
    /// <param name="weights">The block's packed weights.</param>
    internal abstract void Run(int sample, int firstChannel, V* weights);

    public void Dispose()
    {
        pin.Free();
        ArrayPool<byte>.Shared.Return(memory);
    }

    protected V* Take(long vectors)
    {
        var piece = next;
        next += vectors;
        System.Diagnostics.Debug.Assert(next <= end, "A worker takes no more memory than it asked for.");
        return piece;
    }

    protected Lattice<V> TakeLattice(int units)
    {
        var lattice = new Lattice<V>(Take(LatticeSize(Plan, units)), units, Plan.RowsInUnit, Plan.Columns, Plan.Margin);
        lattice.Clear();
        return lattice;
    }

    protected static long LatticeSize(KernelPlan plan, int units) => Lattice<V>.Size(units, plan.RowsInUnit, plan.Columns, plan.Margin);

    /// <summary>A worker's share of the weights' gradients: each sample has its own, to be summed when all are done.</summary>
    protected void StoreWeightGradients(V* gradients, int sample, int firstChannel)
    {
        for (var i = 0; i < Plan.WeightVectors; i++)
        {
            gradients[i].Store((T*)Call.WeightShares + ((((nint)sample * Plan.WeightVectors) + i) * Plan.Channels) + firstChannel);
        }
    }

    protected static PixelReader<V, T> Reader(TensorMemory tensor, int channels, int height, int width, int sample, int channel, V* square)
        => new(Plane(tensor, channels, height, width, sample, channel), tensor.Layout(channels, height * width), square);

    protected PixelWriter<V, T> Writer(TensorMemory tensor, int channels, int height, int width, int sample, int channel, V* squares)
    {
        var plane = Plane(tensor, channels, height, width, sample, channel);
        var layout = tensor.Layout(channels, height * width);
        var large = (long)Plan.Batch * channels * layout.Pixels * sizeof(T) > CacheBytes;
        var stride = tensor.ChannelsLast ? layout.PixelStride : layout.ChannelStride;
        var wholeLines = sizeof(V) == CacheLine && ((nint)plane | (stride * sizeof(T))) % CacheLine == 0;
        return new(plane, layout, squares, nonTemporal: large && wholeLines);
    }

    private static T* Plane(TensorMemory tensor, int channels, int height, int width, int sample, int channel)
    {
        var pixels = (nint)height * width;
        return (T*)tensor.Data + (sample * channels * pixels) + (tensor.ChannelsLast ? channel : channel * pixels);
    }
}

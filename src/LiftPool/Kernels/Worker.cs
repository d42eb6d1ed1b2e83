namespace LiftPool.Kernels;

/// <summary>A block of channels of one sample, side by side in the lanes.</summary>
internal readonly record struct Plane(int Sample, int FirstChannel)
{
    /// <summary>The plane whose channels begin so much later, in another tensor.</summary>
    internal Plane From(int channel) => this with { FirstChannel = FirstChannel + channel };
}

/// <summary>What works on one plane at a time, on a thread of its own.</summary>
internal abstract unsafe class Worker<V, T> : IDisposable
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    // The rows of larger planes are long enough for the processor to guess what comes next.
    private const long PrefetchedBytes = 32 << 10;

    // Of all processors with vectors of this size.
    private const int CacheLine = 64;

    private readonly WorkMemory memory;
    private readonly V* end;
    private V* next;

    protected Worker(KernelCall call, long vectors)
    {
        Call = call;
        Plan = call.Plan;

        // Vectors stand at multiples of their size, so that none straddles a cache line.
        var pointers = ((Plan.MaxTaps * sizeof(V*)) + sizeof(V) - 1) / sizeof(V);
        vectors += pointers + Activation.TermCount;
        memory = new WorkMemory(vectors * sizeof(V), sizeof(V));
        next = (V*)memory.First;
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

    /// <summary>Works on one plane.</summary>
    /// <param name="plane">The plane.</param>
    /// <param name="next">The one that this worker may well be given after it, to fetch meanwhile.</param>
    /// <param name="weights">The block's packed weights.</param>
    internal abstract void Run(Plane plane, Plane next, V* weights);

    /// <summary>Before the first plane of those that have a share of the weights' gradients together.</summary>
    internal virtual void BeginShare()
    {
    }

    /// <summary>After the last of them.</summary>
    internal virtual void StoreShare(int share, int firstChannel)
    {
    }

    public void Dispose() => memory.Dispose();

    protected V* Take(long vectors)
    {
        var piece = next;
        next += vectors;
        return next <= end ? piece : throw new InvalidOperationException("A worker takes no more memory than it asked for.");
    }

    protected Lattice<V> TakeLattice(int units)
    {
        var lattice = new Lattice<V>(Take(LatticeSize(Plan, units)), units, Plan.RowsInUnit, Plan.Columns, Plan.Margin);
        lattice.Clear();
        return lattice;
    }

    protected static long LatticeSize(KernelPlan plan, int units) => Lattice<V>.Size(units, plan.RowsInUnit, plan.Columns, plan.Margin);

    /// <summary>Where a worker leaves a share of the weights' gradients, a row of channels for each vector.</summary>
    protected T* ShareMemory(int share, int firstChannel)
        => (T*)Call.WeightShares + ((nint)share * Plan.GradientVectors * Plan.Channels) + firstChannel;

    /// <summary>Reads a plane of the signal's size.</summary>
    protected PixelReader<V, T> SignalReader(TensorMemory tensor, Plane plane, Plane next, V* square)
        => Reader(tensor, Plan.Channels, Plan.Height, Plan.Width, plane, next, square);

    /// <summary>Reads a plane of a band's size.</summary>
    protected PixelReader<V, T> BandReader(TensorMemory tensor, Plane plane, Plane next, V* square)
        => BandReader(tensor, Plan.Channels, plane, next, square);

    protected PixelReader<V, T> BandReader(TensorMemory tensor, int channels, Plane plane, Plane next, V* square)
        => Reader(tensor, channels, Plan.Units, Plan.Columns, plane, next, square);

    protected PixelWriter<V, T> SignalWriter(TensorMemory tensor, Plane plane, V* squares)
        => Writer(tensor, Plan.Channels, Plan.Height, Plan.Width, plane, squares, results: 1);

    /// <summary>Writes a plane of a band's size, one of so many results of a call.</summary>
    protected PixelWriter<V, T> BandWriter(TensorMemory tensor, int channels, Plane plane, V* squares, int results)
        => Writer(tensor, channels, Plan.Units, Plan.Columns, plane, squares, results);

    private static PixelReader<V, T> Reader(TensorMemory tensor, int channels, int height, int width, Plane plane, Plane next, V* square)
    {
        var memory = MemoryOf(tensor, channels, height, width, plane);

        var small = (long)height * width * sizeof(V) <= PrefetchedBytes;
        var ahead = small ? (nint)(MemoryOf(tensor, channels, height, width, next) - memory) : 0;
        return new(memory, tensor.Layout(channels, height * width), square, ahead);
    }

    private PixelWriter<V, T> Writer(TensorMemory tensor, int channels, int height, int width, Plane index, V* squares, int results)
    {
        var plane = MemoryOf(tensor, channels, height, width, index);
        var layout = tensor.Layout(channels, height * width);
        var large = (long)results * Plan.Batch * Plan.Channels * layout.Pixels * sizeof(T) > KernelRunner.CacheBytes;
        var stride = tensor.ChannelsLast ? layout.PixelStride : layout.ChannelStride;
        var wholeLines = sizeof(V) == CacheLine && ((nint)plane | (stride * sizeof(T))) % CacheLine == 0;
        return new(plane, layout, squares, nonTemporal: large && wholeLines);
    }

    private static T* MemoryOf(TensorMemory tensor, int channels, int height, int width, Plane plane)
    {
        var pixels = (nint)height * width;
        return (T*)tensor.Data + ((nint)plane.Sample * channels * pixels) + (tensor.ChannelsLast ? plane.FirstChannel : plane.FirstChannel * pixels);
    }
}

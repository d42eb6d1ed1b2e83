using System.Runtime.InteropServices;

namespace LiftPool.Kernels;

/// <summary>What a kernel is to do.</summary>
internal enum KernelTask
{
    Down,
    Up,
    DownGradient,
    UpGradient,
}

/// <summary>Packs the weights, deals the planes out to threads and runs a worker on each, and unpacks the weights' gradients.</summary>
internal static unsafe class KernelRunner
{
    /// <summary>
    /// Results that are larger together have left a core's own cache by the time that the last plane is written, so they are
    /// written past the caches. Tests set it to 0.
    /// </summary>
    internal static long CacheBytes { get; set; } = 8 << 20;

    /// <summary>Channels side by side in vectors of so many bits; 0 is one channel at a time.</summary>
    internal static int Lanes(ScalarType dtype, int bits) => bits == 0 ? 1 : bits / (dtype == ScalarType.Float64 ? 64 : 32);

    /// <summary>Runs on vectors of so many bits; 0 is one channel at a time.</summary>
    internal static void Run<T>(KernelTask task, KernelCall call, OperatorMemory[] operators, int bits)
        where T : unmanaged
    {
        switch (bits)
        {
            case 512:
                Run<Lanes512<T>, T>(task, call, operators);
                break;
            case 256:
                Run<Lanes256<T>, T>(task, call, operators);
                break;
            case 128:
                Run<Lanes128<T>, T>(task, call, operators);
                break;
            default:
                Run<LanesScalar<T>, T>(task, call, operators);
                break;
        }
    }

    private static void Run<V, T>(KernelTask task, KernelCall call, OperatorMemory[] operators)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
    {
        var plan = call.Plan;
        var blocks = plan.Blocks(V.Count);
        var learns = call.WeightGradients.Length > 0;

        // A run is a block of channels of one item, or of those that have a share of the weights' gradients together.
        var itemsInRun = learns ? plan.ItemsInShare : 1;
        var runs = (long)blocks * ((plan.Batch + itemsInRun - 1) / itemsInRun);
        var packed = (V*)NativeMemory.AlignedAlloc((nuint)((long)blocks * plan.WeightVectors * sizeof(V)), (nuint)sizeof(V));
        try
        {
            if (learns)
            {
                call.WeightShares = (nint)NativeMemory.Alloc((nuint)plan.Shares * (nuint)plan.GradientVectors * (nuint)plan.Channels, (nuint)sizeof(T));
            }

            for (var block = 0; block < blocks; block++)
            {
                Pack<V, T>(plan, operators, FirstChannel(block), packed + ((long)block * plan.WeightVectors));
            }

            // Too little work does not pay for a second thread's start.
            var threads = (int)Math.Min(runs, (long)blocks * plan.Batch * plan.Height * plan.Width * V.Count < 16384 ? 1 : get_num_threads());
            long next = -1;
            void Work()
            {
                using var worker = NewWorker<V, T>(task, call);
                long run;
                while ((run = Interlocked.Increment(ref next)) < runs)
                {
                    var (share, block) = ((int)(run / blocks), (int)(run % blocks));
                    var (item, end) = (share * itemsInRun, Math.Min((share + 1) * itemsInRun, plan.Batch));
                    worker.BeginShare();
                    for (; item < end; item++)
                    {
                        var after = item + 1 < end ? new Plane(item + 1, FirstChannel(block)) : FirstPlaneOf(Math.Min(run + threads, runs - 1));
                        worker.Run(new Plane(item, FirstChannel(block)), after, packed + ((long)block * plan.WeightVectors));
                    }

                    worker.StoreShare(share, FirstChannel(block));
                }

                // Whoever reads what was written past the caches waits for this thread, not for its writes.
                Interlocked.MemoryBarrier();
            }

            ThreadTeam.Run(threads, Work);
            if (learns)
            {
                SumShares<T>(call);
            }
        }
        finally
        {
            NativeMemory.Free((void*)call.WeightShares);
            NativeMemory.AlignedFree(packed);
        }

        Plane FirstPlaneOf(long run) => new((int)(run / blocks) * itemsInRun, FirstChannel((int)(run % blocks)));

        // The last block reaches back rather than past the end: the channels that it shares with the one before come out
        // twice the same.
        int FirstChannel(int block) => Math.Min(block * V.Count, plan.Channels - V.Count);
    }

    private static Worker<V, T> NewWorker<V, T>(KernelTask task, KernelCall call)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
        => task switch
        {
            KernelTask.Down => new DownWorker<V, T>(call),
            KernelTask.Up => new UpWorker<V, T>(call),
            KernelTask.DownGradient => new DownGradientWorker<V, T>(call),
            _ => new UpGradientWorker<V, T>(call),
        };

    private static void Pack<V, T>(KernelPlan plan, OperatorMemory[] operators, int firstChannel, V* packed)
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
    {
        for (var s = 0; s < plan.Steps.Length; s++)
        {
            var step = plan.Steps[s];
            var (from, to) = (operators[s], new PackedOperator<V>(packed + step.Offset, step.Taps));
            for (var k = 0; k < step.Taps; k++)
            {
                for (var lane = 0; lane < V.Count; lane++)
                {
                    ((T*)(to.Taps + k))[lane] = ((T*)from.Taps)[((firstChannel + lane) * step.Taps) + k];
                }
            }

            *to.Bias = LoadOrZero(from.Bias);
            *to.Proj = LoadOrZero(from.Proj);
            *to.ProjBias = LoadOrZero(from.ProjBias);
        }

        V LoadOrZero(nint memory) => memory == 0 ? default : V.Load((T*)memory + firstChannel);
    }

    /// <summary>The gradients of the weights and of a learned reduction's factors: the sums of the shares, in their order.</summary>
    private static void SumShares<T>(KernelCall call)
        where T : unmanaged
    {
        var plan = call.Plan;
        for (var s = 0; s < call.WeightGradients.Length; s++)
        {
            var (step, gradients) = (plan.Steps[s], call.WeightGradients[s]);
            for (var k = 0; k < step.Taps; k++)
            {
                Sum(step.Offset + k, gradients.Taps == 0 ? null : (T*)gradients.Taps + k, step.Taps);
            }

            Sum(step.Offset + step.Taps, (T*)gradients.Bias, 1);
            Sum(step.Offset + step.Taps + 1, (T*)gradients.Proj, 1);
            Sum(step.Offset + step.Taps + 2, (T*)gradients.ProjBias, 1);
        }

        for (var gain = 0; call.GainGradients != 0 && gain < call.Gains; gain++)
        {
            Sum(plan.WeightVectors + gain, (T*)call.GainGradients + ((nint)gain * plan.Channels), 1);
        }

        void Sum(int vector, T* target, int stride)
        {
            if (target == null)
            {
                return;
            }

            for (var channel = 0; channel < plan.Channels; channel++, target += stride)
            {
                double sum = 0;
                for (var share = 0; share < plan.Shares; share++)
                {
                    var from = (T*)call.WeightShares + ((((nint)share * plan.GradientVectors) + vector) * plan.Channels) + channel;
                    sum += typeof(T) == typeof(float) ? *(float*)from : *(double*)from;
                }

                Activation.Of<LanesScalar<T>, T>(sum).Store(target);
            }
        }
    }
}

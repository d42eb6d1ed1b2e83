using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LiftPool.Kernels;

/// <summary>
/// Packs the weights, deals the blocks of channels out to threads and runs a pass on each, and sums the weights' gradients.
/// </summary>
internal static unsafe class KernelRunner
{
    // Too little work does not pay for a second thread's start.
    private const long FewElements = 16384;

    /// <summary>Memory that all threads together may have for their passes; fewer threads run where each needs much.</summary>
    internal const long MostBytes = 512L << 20;

    // A pass has in memory at most all lines of an item's block, in some dozens of versions.
    private const long MostBytesPerElement = 64 * sizeof(double);

    /// <summary>Channels side by side in vectors of so many bits; 0 is one channel at a time.</summary>
    internal static int Lanes(StorageType storage, int bits) => bits == 0 ? 1 : bits / (storage == StorageType.Float64 ? 64 : 32);

    /// <summary>Runs on vectors of so many bits; 0 is one channel at a time.</summary>
    /// <param name="call">The call.</param>
    /// <param name="bits">The width.</param>
    /// <param name="threads">How many threads may work.</param>
    internal static void Run(KernelCall call, int bits, int threads) => For(call, bits).Run(call, threads);

    /// <summary>The bytes that each thread's pass takes.</summary>
    internal static long BytesOf(KernelCall call, int bits) => For(call, bits).BytesOf(call);

    private static IRunner For(KernelCall call, int bits)
        => call.Storage == StorageType.Float64 ? For<double>(bits) : For<float>(bits);

    private static IRunner For<T>(int bits)
        where T : unmanaged
        => bits switch
        {
            512 => Runner<Lanes512<T>, T>.Instance,
            256 => Runner<Lanes256<T>, T>.Instance,
            128 => Runner<Lanes128<T>, T>.Instance,
            _ => Runner<LanesScalar<T>, T>.Instance,
        };

    private interface IRunner
    {
        void Run(KernelCall call, int threads);

        long BytesOf(KernelCall call);
    }

    private sealed class Runner<V, T> : IRunner
        where V : unmanaged, ILanes<V, T>
        where T : unmanaged
    {
        internal static readonly Runner<V, T> Instance = new();

        public long BytesOf(KernelCall call)
        {
            using var measuring = Arena.Measuring();
            _ = new Pass<V, T>(call, measuring);
            return measuring.Taken;
        }

        public void Run(KernelCall call, int threads)
        {
            var geometry = call.Geometry;
            var blocks = geometry.Blocks(V.Count);

            // A run is a block of channels of one item, or of those that have a share of the weights' gradients together; or a stretch
            // of its planes, if there are not enough for all threads.
            var sums = call.HasWeightSums;
            var itemsInRun = sums ? geometry.ItemsInShare : 1;
            var runs = (long)blocks * ((geometry.Items + itemsInRun - 1) / itemsInRun);
            var elements = (long)blocks * V.Count * geometry.Items * geometry.Depth * geometry.Height * geometry.Width;
            threads = elements < FewElements ? 1 : threads;
            if (threads > 1 && threads * MostBytesPerElement * elements / ((long)geometry.Items * blocks) > MostBytes)
            {
                threads = (int)Math.Clamp(MostBytes / BytesOf(call), 1, threads);
            }

            var stretches = call.IsLocal && runs > 0 && runs < threads ? geometry.Cut((int)((threads + runs - 1) / runs)) : [geometry];
            runs *= stretches.Length;
            threads = (int)Math.Min(runs, threads);
            var sumsInShare = (nint)geometry.GradientVectors * geometry.Channels;
            V* packed = null;
            T* shares = null;
            try
            {
                packed = (V*)NativeMemory.AlignedAlloc((nuint)((long)blocks * geometry.WeightVectors * sizeof(V)), (nuint)sizeof(V));
                shares = sums ? (T*)NativeMemory.Alloc((nuint)geometry.Shares * (nuint)sumsInShare, (nuint)sizeof(T)) : null;
                for (var block = 0; block < blocks; block++)
                {
                    Pack(call, FirstChannel(block), packed + ((long)block * geometry.WeightVectors));
                }

                long next = -1;
                void Work()
                {
                    using var worker = new Worker(call, stretches);
                    long run;
                    while ((run = Interlocked.Increment(ref next)) < runs)
                    {
                        var (share, block, stretch) = PlaceOf(run);
                        var (item, end) = (share * itemsInRun, Math.Min((share + 1) * itemsInRun, geometry.Items));
                        var pass = worker.PassOf(stretch);
                        pass.BeginShare();
                        for (; item < end; item++)
                        {
                            var own = new ChannelBlock(item, FirstChannel(block));
                            var after = item + 1 < end ? own with { Item = item + 1 } : FirstBlockOf(Math.Min(run + threads, runs - 1));
                            pass.Run(own, after, packed + ((long)block * geometry.WeightVectors));
                        }

                        pass.StoreShare(shares + (share * sumsInShare) + FirstChannel(block));
                    }

                    // Whoever reads what was written past the caches waits for this thread, not for its writes.
                    Interlocked.MemoryBarrier();
                }

                ThreadTeam.Run(threads, Work);
                if (sums)
                {
                    Shares.Sum(call, shares, threads);
                }
            }
            finally
            {
                NativeMemory.Free(shares);
                NativeMemory.AlignedFree(packed);
            }

            (int Share, int Block, int Stretch) PlaceOf(long run)
            {
                var (whole, stretch) = Math.DivRem(run, stretches.Length);
                return ((int)(whole / blocks), (int)(whole % blocks), (int)stretch);
            }

            ChannelBlock FirstBlockOf(long run)
            {
                var (share, block, _) = PlaceOf(run);
                return new(share * itemsInRun, FirstChannel(block));
            }

            // The last block reaches back rather than past the end: the channels that it shares with the one before come out
            // twice the same.
            int FirstChannel(int block) => Math.Min(block * V.Count, geometry.Channels - V.Count);
        }

        /// <summary>What a thread works with: memory for one pass at a time, whichever stretch it is of.</summary>
        private sealed class Worker(KernelCall call, Geometry[] stretches) : IDisposable
        {
            private Arena? arena;
            private Pass<V, T>? pass;
            private int current = -1;

            internal Pass<V, T> PassOf(int stretch)
            {
                if (stretch != current)
                {
                    arena?.Dispose();
                    arena = new Arena();
                    pass = new(stretches.Length == 1 ? call : call with { Geometry = stretches[stretch] }, arena);
                    current = stretch;
                }

                return pass!;
            }

            public void Dispose() => arena?.Dispose();
        }

        private static void Pack(KernelCall call, int firstChannel, V* packed)
        {
            var geometry = call.Geometry;
            for (var k = 0; k < geometry.Steps.Length; k++)
            {
                var (from, to) = (call.Operators[k], new PackedWeights<V>(packed + geometry.WeightOffset(k), geometry.Steps[k].Taps));
                for (var tap = 0; tap < to.Count; tap++)
                {
                    Load(from.Storage, from.Taps + (tap * Storages.Size(from.Storage)), to.Count, to.Taps + tap);
                }

                Load(from.Storage, from.Bias, 1, to.Bias);
                Load(from.Storage, from.Proj, 1, to.Proj);
                Load(from.Storage, from.ProjBias, 1, to.ProjBias);
            }

            void Load(StorageType storage, nint memory, int stride, V* to)
            {
                if (memory == 0)
                {
                    *to = default;
                    return;
                }

                var size = Storages.Size(storage);
                memory += (nint)firstChannel * stride * size;
                for (var lane = 0; lane < V.Count; lane++, memory += (nint)stride * size)
                {
                    ((T*)to)[lane] = size == sizeof(T)
                        ? *(T*)memory
                        : Unsafe.BitCast<float, T>((float)Storages.ReadNumber(storage, memory));
                }
            }
        }
    }
}

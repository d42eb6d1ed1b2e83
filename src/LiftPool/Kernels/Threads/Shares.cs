using System.Runtime.Intrinsics;

namespace LiftPool.Kernels;

/// <summary>
/// The gradients of weights and of a learned reduction's factors: the sums of the shares that the threads left of them, in float64 and
/// in the order of the shares, so that they are the same on any number of threads.
/// </summary>
internal static unsafe class Shares
{
    // Sums that a thread takes at a time, side by side in memory.
    private const int ChannelsTogether = 64;

    /// <summary>Sums the shares.</summary>
    /// <param name="call">Where the sums go.</param>
    /// <param name="shares"><c>[shares, gradient vectors, channels]</c>.</param>
    /// <param name="threads">How many threads may work.</param>
    internal static void Sum<T>(KernelCall call, T* shares, int threads)
        where T : unmanaged
    {
        var geometry = call.Geometry;
        var blocks = (geometry.Channels + ChannelsTogether - 1) / ChannelsTogether;
        long work = (long)blocks * geometry.GradientVectors, next = -1;
        ThreadTeam.Run((long)geometry.Shares * geometry.GradientVectors * geometry.Channels < (1 << 16) ? 1 : threads, () =>
        {
            long at;
            while ((at = Interlocked.Increment(ref next)) < work)
            {
                Sum(call, shares, (int)(at / blocks), (int)(at % blocks) * ChannelsTogether);
            }
        });
    }

    private static void Sum<T>(KernelCall call, T* shares, int vector, int channel)
        where T : unmanaged
    {
        var geometry = call.Geometry;
        var (storage, target, stride) = TargetOf(call, vector);
        if (target == 0)
        {
            return;
        }

        var count = Math.Min(ChannelsTogether, geometry.Channels - channel);
        var sums = stackalloc double[ChannelsTogether];
        for (var share = 0; share < geometry.Shares; share++)
        {
            var from = shares + ((((nint)share * geometry.GradientVectors) + vector) * geometry.Channels) + channel;
            Add(from, sums, count);
        }

        var size = Storages.Size(storage);
        target += (nint)channel * stride * size;
        for (var i = 0; i < count; i++, target += (nint)stride * size)
        {
            Storages.WriteNumber(storage, target, sums[i]);
        }
    }

    private static void Add<T>(T* from, double* sums, int count)
        where T : unmanaged
    {
        var i = 0;
        if (typeof(T) == typeof(float))
        {
            for (; i + Vector256<float>.Count <= count; i += Vector256<float>.Count)
            {
                var (low, high) = Vector256.Widen(Vector256.Load((float*)from + i));
                (Vector256.Load(sums + i) + low).Store(sums + i);
                (Vector256.Load(sums + i + Vector256<double>.Count) + high).Store(sums + i + Vector256<double>.Count);
            }
        }

        for (; i < count; i++)
        {
            sums[i] += typeof(T) == typeof(float) ? ((float*)from)[i] : ((double*)from)[i];
        }
    }

    /// <summary>
    /// Where a vector of gradients goes: their type, the address for the first channel, 0 for nowhere, and the elements from one to the
    /// next.
    /// </summary>
    private static (StorageType Storage, nint Address, int Stride) TargetOf(KernelCall call, int vector)
    {
        var geometry = call.Geometry;
        if (vector >= geometry.WeightVectors)
        {
            var gain = vector - geometry.WeightVectors;
            return call.GainGradients == 0 || gain >= call.Gains
                ? default
                : (call.Storage, call.GainGradients + ((nint)gain * geometry.Channels * Storages.Size(call.Storage)), 1);
        }

        var k = geometry.Steps.Length - 1;
        while (geometry.WeightOffset(k) > vector)
        {
            k--;
        }

        if (!call.Learns(k))
        {
            return default;
        }

        var (weights, taps, place) = (call.WeightGradients[k], geometry.Steps[k].Taps, vector - geometry.WeightOffset(k));
        return place < taps
            ? (weights.Storage, weights.Taps == 0 ? 0 : weights.Taps + (place * Storages.Size(weights.Storage)), taps)
            : (weights.Storage, (place - taps) switch { 0 => weights.Bias, 1 => weights.Proj, _ => weights.ProjBias }, 1);
    }
}

using LiftPool.Calls;
using LiftPool.Kernels;
using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>
/// Calls of every kind on every kernel, with each tensor that it is given between guards. A kernel that reads or writes outside them
/// ends the process; one that stays inside gives what it gives without them, to the bit.
/// </summary>
internal static class GuardedCalls
{
    /// <summary>The test assembly's argument, before one of <see cref="GuardedMemory.Sides"/> and the calls on each path.</summary>
    internal const string Argument = "guard";

    private const int UsualCalls = 25;

    private static readonly ScalarType[] Types = [ScalarType.Float32, ScalarType.Float64, ScalarType.BFloat16, ScalarType.Float16];
    private static readonly LiftAxes[] SomeAxes = [LiftAxes.All, LiftAxes.Width, LiftAxes.Height, LiftAxes.Width | LiftAxes.Height];

    /// <summary>Makes the calls and says how many tensors lay between guards. The last line before a crash names the call.</summary>
    internal static string Run(string side, int calls = UsualCalls)
    {
        var paths = EachPath.Kernels;
        foreach (var path in paths)
        {
            for (var seed = 0; seed < calls; seed++)
            {
                Compare(path, seed, side);
            }
        }

        return $"{paths.Length * calls} calls on {string.Join(", ", paths)}: "
            + $"{GuardedMemory.Copies} tensors, the guard at the {side} of each";
    }

    private static void Compare(string path, int seed, string side)
    {
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        manual_seed(seed);
        var (axes, dtype, padding) = (1 + random.Next(3), Of(Types), Of(AnyPool.Paddings));

        // More than fill the widest vector, and most of them not whole ones; now and then more than the 64 that are summed at once.
        var channels = random.Next(8) == 0 ? random.Next(65, 72) : random.Next(17, 38);
        using var pool = random.Next(3) > 0 ? NewPool() : AnyPool.Down(axes, Scheme(), channels: channels, ceil_mode: Flag());
        pool.to(dtype);
        long[] shape = [random.Next(1, 4), channels, .. Enumerable.Range(0, axes).Select(_ => (long)random.Next(10, axes == 3 ? 15 : 45))];
        var x = MemoryLayout.Dense(randn(shape).to(dtype), channelsLast: axes > 1 && Flag());
        PenaltyNorm? norm = random.Next(4) switch { 0 => PenaltyNorm.L2, 1 => PenaltyNorm.MeanSquare, _ => null };
        set_num_threads(Flag() ? 1 : 3);
        var usual = (Pass.CacheBytes, Pieces.MostSamples);
        Pass.CacheBytes = Flag() ? 0 : usual.CacheBytes;
        Pieces.MostSamples = Flag() ? 256 : usual.MostSamples;

        Console.WriteLine($"{path}, seed {seed}: [{string.Join(", ", shape)}] {dtype}");
        var free = PathValues.Of(pool, axes, x, path, seed, norm);
        GuardedMemory.Guard(side);
        var guarded = PathValues.Of(pool, axes, x, path, seed, norm);
        GuardedMemory.Guard(null);
        (Pass.CacheBytes, Pieces.MostSamples) = usual;
        foreach (var (name, value) in guarded)
        {
            value.IsExactly(free[name]).Should().BeTrue("{0} is what it was", name);
        }

        LiftDownPool NewPool()
        {
            var (lifted, all) = (axes > 1 ? Of(SomeAxes) : LiftAxes.All, AnyPool.AllBands(axes));
            return AnyPool.Down(
                axes, channels, 1 + (2 * random.Next(4)),
                bands: lifted == LiftAxes.All ? random.Next(1, all + 1) : all, reduction: Of(Enum.GetValues<BandReduction>()),
                bias: Flag(), padding_mode: padding, ceil_mode: Flag(), tanh: Flag(), dense_max: Of(Enum.GetValues<DenseMax>()), lifted: lifted);
        }

        LiftingScheme Scheme() => random.Next(3) switch
        {
            0 => LiftingScheme.MaxLifting(),
            1 => LiftingScheme.Mean(),
            _ => LiftingScheme.Wavelet(Of(Enum.GetValues<Wavelet>()), padding_mode: padding),
        };

        bool Flag() => random.Next(2) == 0;

        T Of<T>(T[] all) => all[random.Next(all.Length)];
    }
}

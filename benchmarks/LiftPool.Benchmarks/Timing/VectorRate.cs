using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LiftPool.Benchmarks;

/// <summary>How many float operations of a kind the vector units finish in a second, from chains that do not wait for each other.</summary>
internal static class VectorRate
{
    private const int Chains = 8;
    private const int Turns = 2_000_000;

    // What keeps the chains from being optimised away.
    private static Vector512<float> kept;

    public static double MultiplyAdds(int threads) => Rate<MultiplyAdd>(threads);

    public static double Divisions(int threads) => Rate<Division>(threads);

    private static double Rate<TOperation>(int threads)
        where TOperation : IOperation
        => (double)threads * Turns * Chains * Vector512<float>.Count / Floor.Fastest(threads, _ => Run<TOperation>());

    // Where vectors are narrower, .NET makes two or four operations of one on 512 bits. Eight chains cover the delay of a
    // multiply-add (four cycles) on two units.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TOperation>()
        where TOperation : IOperation
    {
        var half = Vector512.Create(0.5f);
        var (a, b, c, d) = (half, half, half, half);
        var (e, f, g, h) = (half, half, half, half);
        for (var i = 0; i < Turns; i++)
        {
            a = TOperation.Next(a, half);
            b = TOperation.Next(b, half);
            c = TOperation.Next(c, half);
            d = TOperation.Next(d, half);
            e = TOperation.Next(e, half);
            f = TOperation.Next(f, half);
            g = TOperation.Next(g, half);
            h = TOperation.Next(h, half);
        }

        kept = a + b + c + d + e + f + g + h;
    }

    private interface IOperation
    {
        static abstract Vector512<float> Next(Vector512<float> x, Vector512<float> half);
    }

    private struct MultiplyAdd : IOperation
    {
        // Stays between 0.5 and 1.
        public static Vector512<float> Next(Vector512<float> x, Vector512<float> half) => Vector512.FusedMultiplyAdd(x, half, half);
    }

    private struct Division : IOperation
    {
        // Goes between 0.5 and 1.
        public static Vector512<float> Next(Vector512<float> x, Vector512<float> half) => half / x;
    }
}

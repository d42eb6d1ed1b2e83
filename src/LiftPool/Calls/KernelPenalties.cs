using LiftPool.Kernels;

namespace LiftPool.Calls;

/// <summary>From the kernels' sums of squares to c_u and c_p, and back.</summary>
/// <param name="norm">How the norms are read.</param>
/// <param name="geometry">Of the whole signal.</param>
/// <param name="sums"><c>[items, terms, 2]</c>: of s - xo and of d.</param>
internal sealed class KernelPenalties(PenaltyNorm norm, Geometry geometry, double[] sums)
{
    /// <summary>From the sums of each block of channels.</summary>
    internal static KernelPenalties OfBlocks(PenaltyNorm norm, Geometry geometry, double[] blockSums, int blocks)
    {
        var size = geometry.PenaltySums;
        var sums = new double[geometry.Items * size];
        for (var i = 0; i < blockSums.Length; i++)
        {
            sums[(i / (size * blocks) * size) + (i % size)] += blockSums[i];
        }

        return new(norm, geometry, sums);
    }

    /// <summary>Of a whole signal from those of its pieces, each of the items from one on.</summary>
    internal static KernelPenalties OfPieces(
        PenaltyNorm norm, Geometry geometry, IEnumerable<(long Item, KernelPenalties Penalties)> pieces)
    {
        var whole = new double[geometry.Items * geometry.PenaltySums];
        foreach (var (item, penalties) in pieces)
        {
            for (var i = 0; i < penalties.Sums.Length; i++)
            {
                whole[(item * geometry.PenaltySums) + i] += penalties.Sums[i];
            }
        }

        return new(norm, geometry, whole);
    }

    /// <summary>Of some items, as a piece of the whole takes them: a term's gradient depends on all of its elements.</summary>
    internal KernelPenalties OfItems(long item, long items)
        => new(norm, geometry, sums.AsSpan((int)item * geometry.PenaltySums, (int)items * geometry.PenaltySums).ToArray());

    private double[] Sums => sums;

    /// <summary>c_u (0) or c_p (1).</summary>
    internal double Total(int which)
    {
        double total = 0;
        for (var i = which; i < sums.Length; i += 2)
        {
            total += norm == PenaltyNorm.MeanSquare ? sums[i] / Elements(i) : Math.Sqrt(sums[i]) / geometry.Items;
        }

        return total;
    }

    /// <summary>
    /// The factors by which s - xo and d enter the gradients, from the gradients of c_u and c_p. The gradient of a norm at zero is 0.
    /// </summary>
    internal double[] Factors(double updateGradient, double predictGradient)
    {
        var factors = new double[sums.Length];
        for (var i = 0; i < factors.Length; i++)
        {
            var gradient = i % 2 == 0 ? updateGradient : predictGradient;
            factors[i] = norm == PenaltyNorm.MeanSquare ? gradient * 2 / Elements(i)
                : sums[i] == 0 ? 0
                : gradient / (geometry.Items * Math.Sqrt(sums[i]));
        }

        return factors;
    }

    private double Elements(int index) => (double)geometry.Items * geometry.Channels * geometry.ElementsOf(index / 2 % geometry.Terms);
}

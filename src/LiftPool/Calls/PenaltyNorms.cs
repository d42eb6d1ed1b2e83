using LiftPool.Kernels;
namespace LiftPool.Calls;

/// <summary>From the kernels' sums of squares to c_u and c_p, and back.</summary>
/// <param name="norm">How the norms are read.</param>
/// <param name="plan">Of the whole signal.</param>
/// <param name="sums"><c>[items, terms, 2]</c>: of s - xo and of d.</param>
internal sealed class PenaltyNorms(PenaltyNorm norm, KernelPlan plan, double[] sums)
{
    /// <summary>From the sums of each block of channels.</summary>
    internal static PenaltyNorms OfBlocks(PenaltyNorm norm, KernelPlan plan, double[] blockSums, int blocks)
    {
        var size = plan.PenaltySums;
        var sums = new double[plan.Batch * size];
        for (var i = 0; i < blockSums.Length; i++)
        {
            sums[(i / (size * blocks) * size) + (i % size)] += SquaredGain(plan, i) * blockSums[i];
        }

        return new(norm, plan, sums);
    }

    /// <summary>Of a whole signal from those of its pieces, each of the items from one on.</summary>
    internal static PenaltyNorms OfPieces(PenaltyNorm norm, KernelPlan plan, IEnumerable<(long Item, PenaltyNorms Norms)> pieces)
    {
        var whole = new double[plan.Batch * plan.PenaltySums];
        foreach (var (item, norms) in pieces)
        {
            for (var i = 0; i < norms.Sums.Length; i++)
            {
                whole[(item * plan.PenaltySums) + i] += norms.Sums[i];
            }
        }

        return new(norm, plan, whole);
    }

    /// <summary>Of some items, as a piece of the whole takes them: a term's gradient depends on all of its elements.</summary>
    internal PenaltyNorms OfItems(long item, long items)
        => new(norm, plan, sums.AsSpan((int)item * plan.PenaltySums, (int)items * plan.PenaltySums).ToArray());

    private double[] Sums => sums;

    /// <summary>c_u (0) or c_p (1).</summary>
    internal double Total(int which)
    {
        double total = 0;
        for (var i = which; i < sums.Length; i += 2)
        {
            total += norm == PenaltyNorm.MeanSquare ? sums[i] / Elements(i) : Math.Sqrt(sums[i]) / plan.Batch;
        }

        return total;
    }

    /// <summary>The factors by which s - xo and d enter the gradients, from those of c_u and c_p. The gradient of a norm at zero is 0.</summary>
    internal double[] Factors(double updateGradient, double predictGradient)
    {
        var factors = new double[sums.Length];
        for (var i = 0; i < factors.Length; i++)
        {
            var gradient = i % 2 == 0 ? updateGradient : predictGradient;
            factors[i] = SquaredGain(plan, i) * (norm == PenaltyNorm.MeanSquare ? gradient * 2 / Elements(i)
                : sums[i] == 0 ? 0
                : gradient / (plan.Batch * Math.Sqrt(sums[i])));
        }

        return factors;
    }

    // Along the rows there are twice as many of them as down the columns of one half.
    private double Elements(int index)
    {
        var rows = index / 2 % plan.Terms == 0 ? plan.Units * plan.RowsInUnit : plan.Units;
        return (double)plan.Batch * plan.Channels * rows * plan.Columns;
    }

    // The steps down the columns work on halves with their gain, which the kernels apply at the very end.
    private static double SquaredGain(KernelPlan plan, int index) => (index / 2 % plan.Terms) switch
    {
        0 => 1,
        1 => plan.Gains.Approximation * plan.Gains.Approximation,
        _ => plan.Gains.Detail * plan.Gains.Detail,
    };
}

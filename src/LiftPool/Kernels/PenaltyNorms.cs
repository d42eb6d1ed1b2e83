namespace LiftPool.Kernels;

/// <summary>From the kernels' sums of squares to c_u and c_p, and back.</summary>
internal sealed class PenaltyNorms(PenaltyNorm norm, KernelPlan plan, double[] blockSums, int blocks)
{
    // [samples, terms, 2]: of s - xo and of d.
    private readonly double[] sums = SumBlocks(plan, blockSums, blocks);

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

    private static double[] SumBlocks(KernelPlan plan, double[] blockSums, int blocks)
    {
        var size = plan.PenaltySums;
        var sums = new double[plan.Batch * size];
        for (var i = 0; i < blockSums.Length; i++)
        {
            sums[(i / (size * blocks) * size) + (i % size)] += SquaredGain(plan, i) * blockSums[i];
        }

        return sums;
    }
}

namespace LiftPool.Kernels;

/// <summary>
/// A worker's sums of the weights' gradients over all positions of its planes: of each operator, and of the factors of a learned
/// reduction after them.
/// </summary>
internal readonly unsafe struct WeightGradients<V, T>(V* memory, KernelPlan plan)
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    /// <summary>So many columns are summed before a sum is added to others.</summary>
    internal const int BlockColumns = 128;

    // Float32 loses at most half a unit of the last place for each.
    private const int MostTerms = 64;

    private readonly CompensatedSums<V, T> sums = new(memory, plan.GradientVectors);

    // How many terms the current sums have: of each step, then of each factor.
    private readonly int* terms = (int*)(memory + CompensatedSums<V, T>.Size(plan.GradientVectors));

    internal static long Size(KernelPlan plan)
        => CompensatedSums<V, T>.Size(plan.GradientVectors) + ((Counters(plan) * sizeof(int)) + sizeof(V) - 1) / sizeof(V);

    internal void Clear()
    {
        sums.Clear();
        new Span<int>(terms, Counters(plan)).Clear();
    }

    /// <summary>Where the gradients of a step's operator are added to.</summary>
    internal PackedOperator<V> Of(KernelStep step) => new(sums.Current + step.Offset, step.Taps);

    /// <summary>Has to follow each addition to a step's gradients.</summary>
    internal void Added(int k)
    {
        if (++terms[k] == MostTerms)
        {
            sums.Fold(plan.Steps[k].Offset, PackedOperator.Size(plan.Steps[k].Taps));
            terms[k] = 0;
        }
    }

    /// <summary>Adds to the gradient of a factor of the learned reduction.</summary>
    internal void AddToGain(int gain, V term)
    {
        var (counter, vector) = (plan.Steps.Length + gain, plan.WeightVectors + gain);
        sums.Current[vector] += term;
        if (++terms[counter] == MostTerms)
        {
            sums.Fold(vector, 1);
            terms[counter] = 0;
        }
    }

    /// <summary>Writes the sums, a row of channels for each vector.</summary>
    internal void Store(T* target, int channels)
    {
        sums.Fold();
        for (var i = 0; i < plan.GradientVectors; i++)
        {
            sums.Totals[i].Store(target + ((nint)i * channels));
        }
    }

    private static int Counters(KernelPlan plan) => plan.Steps.Length + plan.Bands;
}

namespace LiftPool.Kernels;

/// <summary>
/// A worker's sums of the weights' gradients over all positions of its planes: of each operator, and of the factors of a learned
/// reduction after them.
/// </summary>
internal sealed unsafe class WeightSums<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    /// <summary>So many columns are summed before a sum is added to others.</summary>
    internal const int BlockColumns = 128;

    // Float32 loses at most half a unit of the last place for each.
    private const int MostTerms = 64;

    private readonly Geometry geometry;
    private readonly CompensatedSums<V, T> sums;

    // How many terms the current sums have: of each step, then of each factor.
    private readonly int[] terms;

    internal WeightSums(Geometry geometry, Arena arena)
    {
        this.geometry = geometry;
        sums = new(arena.Take<V>(CompensatedSums<V, T>.Size(geometry.GradientVectors)), geometry.GradientVectors);
        terms = new int[geometry.Steps.Length + geometry.Bands];
    }

    internal void Clear()
    {
        sums.Clear();
        Array.Clear(terms);
    }

    /// <summary>Where the gradients of a step's operator are added to.</summary>
    internal PackedWeights<V> Of(int step) => new(sums.Current + geometry.WeightOffset(step), geometry.Steps[step].Taps);

    /// <summary>Has to follow each addition to a step's gradients.</summary>
    internal void Added(int step)
    {
        if (++terms[step] == MostTerms)
        {
            sums.Fold(geometry.WeightOffset(step), PackedWeights.Size(geometry.Steps[step].Taps));
            terms[step] = 0;
        }
    }

    /// <summary>Adds to the gradient of a factor of the learned reduction.</summary>
    internal void AddToGain(int gain, V term)
    {
        var (counter, vector) = (geometry.Steps.Length + gain, geometry.WeightVectors + gain);
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
        for (var i = 0; i < geometry.GradientVectors; i++)
        {
            sums.Totals[i].Store(target + ((nint)i * channels));
        }
    }
}

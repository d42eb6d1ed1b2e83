using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>
/// What a layer should give, step by step as the paper writes it: slices of the signal and the operators as modules, nothing else of the
/// library's. Slow, and differentiable.
/// </summary>
internal static class ReferenceLift
{
    /// <summary>The output of a pool that lifts all axes.</summary>
    internal static Tensor Output(LiftDownPool pool, int bands, Tensor x)
    {
        var all = Bands(pool, x);
        var approximation = all[0];
        var isMagnitude = pool.reduction is BandReduction.Magnitude or BandReduction.LearnedMagnitude;
        var chosen = all.Where((_, i) => (bands >> i & 1) != 0)
            .Select(band => isMagnitude && !ReferenceEquals(band, approximation) ? band.abs() : band).ToArray();
        var weights = pool.named_parameters().SingleOrDefault(named => named.name == "gain").parameter;
        Tensor Sum(IEnumerable<Tensor> terms) => terms.Aggregate((sum, term) => sum.add(term, Scalars.One));
        return pool.reduction switch
        {
            BandReduction.Concat => cat(chosen, 1),
            BandReduction.Mean => Sum(chosen).By(1.0 / chosen.Length),
            BandReduction.Learned or BandReduction.LearnedMagnitude
                => Sum(chosen.Select((band, i) => band.mul(weights[i].view([-1, .. Enumerable.Repeat(1L, (int)band.dim() - 2)])))),
            _ => Sum(chosen),
        };
    }

    /// <summary>The bands of <c>[N, C, ...]</c> in their order.</summary>
    internal static Tensor[] Bands(LiftDownPool pool, Tensor x)
    {
        for (var dim = (int)x.dim() - 1; dim >= 2; dim--)
        {
            var n = x.size(dim);
            if (pool.dense_max == DenseMax.Ahead)
            {
                // The last sample has none after it. Of equals the first of a window gets the gradient, row by row as MaxPool has it.
                var next = cat([x.narrow(dim, 1, n - 1), x.narrow(dim, n - 1, 1)], dim);
                x = where(x >= next, x, next);
            }
        }

        for (var dim = 2; dim < x.dim(); dim++)
        {
            var n = x.size(dim);
            if (n % 2 == 1)
            {
                x = pool.ceil_mode ? cat([x, x.narrow(dim, n - 1, 1)], dim) : x.narrow(dim, 0, n - 1);
            }
        }

        Tensor[] parts = [x];
        for (var dim = (int)x.dim() - 1; dim >= 2; dim--)
        {
            parts = [.. parts.Select(part => Lift(pool.Scheme, part, dim)).SelectMany(halves => new[] { halves.S, halves.D })];
        }

        return parts;
    }

    /// <summary>The signal of bands that come from even lengths.</summary>
    internal static Tensor Inverse(LiftingScheme scheme, Tensor[] bands)
    {
        for (var dim = 2; bands.Length > 1; dim++)
        {
            bands = [.. bands.Chunk(2).Select(halves => Unlift(scheme, halves[0], halves[1], dim))];
        }

        return bands[0];
    }

    internal static (Tensor S, Tensor D) Lift(LiftingScheme scheme, Tensor x, int dim)
    {
        var (d, s) = (x.slice(dim, 0, x.size(dim), 2), x.slice(dim, 1, x.size(dim), 2));
        foreach (var step in scheme.steps)
        {
            (s, d) = step.Kind == StepKind.Predict ? (s, d.sub(Apply(step, s, dim))) : (s.add(Apply(step, d, dim), Scalars.One), d);
        }

        return (s.By(scheme.approximation_gain), d.By(scheme.detail_gain));
    }

    internal static Tensor Unlift(LiftingScheme scheme, Tensor s, Tensor d, int dim)
    {
        (s, d) = (s.By(1 / scheme.approximation_gain), d.By(1 / scheme.detail_gain));
        foreach (var step in scheme.steps.Reverse())
        {
            (s, d) = step.Kind == StepKind.Predict ? (s, d.add(Apply(step, s, dim), Scalars.One)) : (s.sub(Apply(step, d, dim)), d);
        }

        return stack([d, s], dim + 1).flatten(dim, dim + 1);
    }

    // An operator takes [B, C, L].
    private static Tensor Apply(LiftingStep step, Tensor half, int dim)
    {
        var waiting = half.movedim([dim, 1], [-1, -2]);
        var result = step.Operator.forward(waiting.reshape(-1, waiting.size(-2), waiting.size(-1)));
        return result.reshape(waiting.shape).movedim([-1, -2], [dim, 1]);
    }
}

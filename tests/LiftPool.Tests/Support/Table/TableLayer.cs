namespace LiftPool.Tests;

/// <summary>A layer that was made for a row of the table, and how it is called.</summary>
internal sealed class TableLayer : IDisposable
{
    /// <summary>The layer.</summary>
    internal required Module Layer { get; init; }

    /// <summary>Who has its weights: the layer itself, or the pool that it shares them with.</summary>
    internal required Module Owner { get; init; }

    /// <summary>What a call gives. The gradients are those of this.</summary>
    internal required Func<Tensor[], Tensor[]> Forward { get; init; }

    /// <summary>The same by <see cref="ReferenceLift"/>, for inputs with a batch axis.</summary>
    internal required Func<Tensor[], Tensor[]> Reference { get; init; }

    /// <summary>All that a layer gives: of a down-pool also the bands and the samples that floor mode leaves out.</summary>
    internal Func<Tensor[], Tensor[]> Everything => Layer is LiftDownPool pool ? inputs => WithBands(pool, inputs[0]) : Forward;

    internal Tensor[] Weights => [.. Owner.parameters()];

    internal static TableLayer Down(LiftDownPool pool, int bands) => new()
    {
        Layer = pool,
        Owner = pool,
        Forward = inputs => [pool.forward(inputs[0])],
        Reference = inputs => [ReferenceLift.Output(pool, bands, inputs[0])],
    };

    internal static TableLayer Up(LiftUpPool up, Module? owner = null) => new()
    {
        Layer = up,
        Owner = owner ?? up,
        Forward = inputs =>
        {
            using var bands = new LiftBands(inputs);
            return [up.forward(bands)];
        },
        Reference = inputs => [ReferenceLift.Inverse(up.Scheme, inputs)],
    };

    /// <summary>There, and back with the coarsest approximation halved.</summary>
    internal static TableLayer Pyramid(LiftPyramid pyramid) => new()
    {
        Layer = pyramid,
        Owner = pyramid,
        Forward = inputs =>
        {
            var bands = pyramid.forward(inputs[0]);
            return [.. bands.Levels.SelectMany(level => level.Values), pyramid.unlift(bands.Approximation.By(0.5), bands)];
        },
        Reference = inputs =>
        {
            var levels = new List<Tensor[]>();
            foreach (var pool in pyramid.pools)
            {
                levels.Add(ReferenceLift.Bands(pool, levels.Count == 0 ? inputs[0] : levels[^1][0]));
            }

            var back = levels[^1][0].By(0.5);
            for (var level = levels.Count - 1; level >= 0; level--)
            {
                back = ReferenceLift.Inverse(pyramid.pools[level].Scheme, [back, .. levels[level].Skip(1)]);
            }

            return [.. levels.SelectMany(bands => bands), back];
        },
    };

    /// <summary>There, and back with the halves exchanged.</summary>
    internal static TableLayer Scheme(LiftingScheme scheme) => new()
    {
        Layer = scheme,
        Owner = scheme,
        Forward = inputs =>
        {
            var (s, d) = scheme.lift(inputs[0]);
            return [s, d, scheme.unlift(d, s)];
        },
        Reference = inputs =>
        {
            var dim = (int)inputs[0].dim() - 1;
            var (s, d) = ReferenceLift.Lift(scheme, inputs[0], dim);
            return [s, d, ReferenceLift.Unlift(scheme, d, s, dim)];
        },
    };

    public void Dispose()
    {
        Layer.Dispose();
        Owner.Dispose();
    }

    private static Tensor[] WithBands(LiftDownPool pool, Tensor x)
    {
        var (y, bands) = pool.forward_with_bands(x);
        return [y, .. bands.Values, .. bands.Cropped];
    }
}

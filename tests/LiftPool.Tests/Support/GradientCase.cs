namespace LiftPool.Tests;

/// <summary>One configuration whose gradients are checked.</summary>
/// <param name="Name">What stands in the table.</param>
/// <param name="NewModules">The layers; every parameter of theirs is a variable.</param>
/// <param name="NewFunction">
/// The scalar, and the inputs besides the parameters, from the layers and a source of random leaves.
/// </param>
internal sealed record GradientCase(
    string Name,
    Func<ScalarType, IReadOnlyList<Module>> NewModules,
    Func<IReadOnlyList<Module>, Func<long[], Tensor>, (Func<Tensor> Function, IReadOnlyList<Tensor> Inputs)> NewFunction)
{
    private static readonly bool[] Both = [false, true];

    // Dense and depthwise, odd and even lengths, and the smallest that a reflected kernel of 3 taps allows.
    private static readonly (PoolSettings Settings, long[] Shape)[] Layers =
    [
        (new(1), [2, 2, 7]),
        (new(1) { Groups = 1, ProjGroups = 1, Bias = true }, [2, 2, 6]),
        (new(2), [1, 2, 5, 4]),
        (new(2) { Groups = 1, ProjGroups = 1, Bias = true, CeilMode = true }, [1, 2, 3, 4]),
        (new(3), [1, 2, 2, 4, 3]),
        (new(3) { Groups = 1, ProjGroups = 1, Bias = true, KernelSize = 1 }, [1, 2, 2, 2, 2]),
    ];

    /// <summary>The output of a down-pool: each reduction, band choice, odd-size mode, padding mode, grouping.</summary>
    internal static IEnumerable<GradientCase> Down =>
    [
        .. Layers.Select(layer => Forward(layer.Settings, layer.Shape)),
        .. Enum.GetValues<BandReduction>().SelectMany(reduction => new[]
        {
            Forward(new(1) { Reduction = reduction, Bias = true }, 2, 2, 5),
            Forward(new(2) { Reduction = reduction, Bands = (int)(Bands2d.LL | Bands2d.LH | Bands2d.HH) }, 1, 2, 3, 4),
            Forward(new(3) { Reduction = reduction, CeilMode = true }, 1, 1, 3, 2, 2),
        }),
        Forward(new(1) { Bands = (int)Bands1d.L }, 2, 2, 6),
        Forward(new(1) { Bands = (int)Bands1d.H }, 2, 2, 6),
        Forward(new(2) { Bands = (int)Bands2d.LL }, 1, 2, 4, 4),
        Forward(new(2) { Bands = (int)Bands2d.HH }, 1, 2, 4, 4),
        Forward(new(3) { Bands = (int)Bands3d.LLL }, 1, 2, 2, 4, 2),
        Forward(new(3) { Bands = (int)Bands3d.HHH }, 1, 2, 2, 4, 2),
        .. Both.SelectMany(ceil => AnyPool.Paddings.SelectMany(mode => new[]
        {
            Forward(new(1) { PaddingMode = mode, CeilMode = ceil, KernelSize = 5 }, 1, 2, 7),
            Forward(new(2) { PaddingMode = mode, CeilMode = ceil }, 1, 1, 4, 5),
        })),
    ];

    /// <summary>The output of an up-pool, for features, every other band, and the weights.</summary>
    internal static IEnumerable<GradientCase> Up => Layers.Select(layer => Inverse(layer.Settings, layer.Shape));

    /// <summary>Both penalties as a loss has them, in each reading of the norm.</summary>
    internal static IEnumerable<GradientCase> Regularizer
        => Enum.GetValues<PenaltyNorm>().SelectMany(norm => Layers.Select(layer => Penalties(layer.Settings, norm, layer.Shape)));

    /// <summary>Down and up again with a decoder's features between, tied and untied.</summary>
    internal static IEnumerable<GradientCase> RoundTrip
        => Layers.SelectMany(layer => Both.Select(tied => ThereAndBack(layer.Settings, tied, layer.Shape)));

    /// <summary>Depthwise layers whose channels fill the widest vectors, once with some left over.</summary>
    internal static IEnumerable<GradientCase> Wide => AnyPool.Paddings.SelectMany(mode => new[]
    {
        Forward(new(1) { PaddingMode = mode, KernelSize = 5, Bias = true }, 1, 16, 7),
        Forward(new(2) { PaddingMode = mode, CeilMode = true, Reduction = BandReduction.Learned }, 1, 17, 3, 4),
        Penalties(new(2) { PaddingMode = mode, Channels = 16 }, PenaltyNorm.L2, [1, 16, 4, 4]),
        ThereAndBack(new(2) { PaddingMode = mode, Channels = 16, Bias = true }, tied: true, [1, 16, 4, 4]),
    });

    private static GradientCase Forward(PoolSettings settings, params long[] shape)
    {
        settings = settings with { Channels = shape[1] };
        var names = PoolSettings.BandNames(settings.Axes);
        var chosen = names.Where((_, i) => (settings.Bands >> i & 1) != 0).ToArray();
        var bands = chosen.Length == names.Length ? "all" : string.Join(' ', chosen);
        var name = $"{Describe(settings, shape)}, {settings.Reduction} of {bands}";
        return new(name, dtype => [settings.NewDownPool(dtype)], (modules, leaf) =>
        {
            var pool = (LiftDownPool)modules[0];
            var x = leaf(shape);
            return (() => Gradients.Weighed(pool.forward(x)), [x]);
        });
    }

    private static GradientCase Inverse(PoolSettings settings, long[] shape)
        => new(Describe(settings, shape), dtype => [settings.NewDownPool(dtype)], (modules, leaf) =>
        {
            var pool = (LiftDownPool)modules[0];
            var up = AnyPool.Up(settings.Axes, pool);
            LiftBands bands;
            using (no_grad())
            {
                bands = pool.forward_with_bands(leaf(shape)).bands;
            }

            // Without a graph behind them the bands are leaves, and can be moved like any variable.
            Tensor[] details = [.. bands.Names.Skip(1).Select(name => bands[name].requires_grad_())];
            var features = leaf(details[0].shape);
            return (() => Gradients.Weighed(up.forward(features, bands)), [features, .. details]);
        });

    private static GradientCase Penalties(PoolSettings settings, PenaltyNorm norm, long[] shape)
        => new($"{Describe(settings, shape)}, {norm}", dtype => [settings.NewDownPool(dtype)], (modules, leaf) =>
        {
            var pool = (LiftDownPool)modules[0];
            var x = leaf(shape);
            Tensor Loss()
            {
                using var penalty = new LiftRegularizer(lambda_u: 0.7, lambda_p: 0.4, norm);
                pool.forward(x);
                return penalty.loss();
            }

            return (Loss, [x]);
        });

    private static GradientCase ThereAndBack(PoolSettings settings, bool tied, long[] shape)
        => new(
            $"{Describe(settings, shape)}, {(tied ? "tied" : "untied")}",
            dtype => tied ? [settings.NewDownPool(dtype)] : [settings.NewDownPool(dtype), settings.NewUpPool(dtype)],
            (modules, leaf) =>
            {
                var pool = (LiftDownPool)modules[0];
                var up = tied ? AnyPool.Up(settings.Axes, pool) : (LiftUpPool)modules[1];
                var x = leaf(shape);
                return (() =>
                {
                    var (output, bands) = pool.forward_with_bands(x);
                    return Gradients.Weighed(up.forward(output.tanh(), bands));
                }, [x]);
            });

    private static string Describe(PoolSettings settings, long[] shape)
    {
        var grouping = settings.Groups == 1 ? "dense" : "depthwise";
        var sizes = settings.CeilMode ? "ceil" : "floor";
        var bias = settings.Bias ? " bias" : "";
        return $"{settings.Axes}-D [{string.Join(", ", shape)}] k{settings.KernelSize} {grouping}{bias} {settings.PaddingMode} {sizes}";
    }
}

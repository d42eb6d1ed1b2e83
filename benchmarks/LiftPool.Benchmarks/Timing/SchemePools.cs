namespace LiftPool.Benchmarks;

/// <summary>Planes' pools of schemes beyond the paper's and with a dense maximum, under the names of their sides.</summary>
internal static class SchemePools
{
    public const string MaxLifting = "max-lifting's LL";
    public const string Mean = "the mean's LL";
    public const string Dense = "dense maximum";
    public const string DenseMaxLifting = "dense maximum, max-lifting's LL";

    /// <summary>These, and the framework's own that they stand against.</summary>
    public static IReadOnlyList<(string Name, Module<Tensor, Tensor> Pool)> New(Shape shape) =>
    [
        (MaxLifting, new LiftDownPool2d(LiftingScheme.MaxLifting(dtype: shape.Type), Bands2d.LL)),
        (Mean, new LiftDownPool2d(LiftingScheme.Mean(dtype: shape.Type), Bands2d.LL)),
        (Dense, new LiftDownPool2d(shape.Channels, dense_max: DenseMax.Ahead, dtype: shape.Type)),
        (DenseMaxLifting, new LiftDownPool2d(LiftingScheme.MaxLifting(dtype: shape.Type), Bands2d.LL, dense_max: DenseMax.Ahead)),
        (Pools.Title(PoolKind.Max), Pools.New(PoolKind.Max, shape.Axes, shape.Channels)),
        (Pools.Title(PoolKind.Average), Pools.New(PoolKind.Average, shape.Axes, shape.Channels)),
    ];
}

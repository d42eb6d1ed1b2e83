namespace LiftPool.Tests;

/// <summary>Pools and schemes from the plain values of a case.</summary>
internal static class FuzzMaking
{
    /// <summary>A pool of the case, of the arguments of the paper's scheme if it has that one, or of a scheme.</summary>
    internal static LiftDownPool NewPool(FuzzCase one, bool isByArguments)
        => isByArguments && one.Scheme.Kind == FuzzSchemeKind.Paper ? NewPoolByArguments(one) : NewPool(one.Pool, NewScheme(one));

    internal static LiftingScheme NewScheme(FuzzCase one)
    {
        var (scheme, dtype) = (one.Scheme, one.Pool.Dtype);
        var (channels, shared) = (one.Pool.Channels, scheme.PerChannel ? one.Pool.Channels : (long?)null);
        Module<Tensor, Tensor> Learned()
            => LiftingOperators.Learned(channels, scheme.KernelSize, scheme.Groups, scheme.ProjGroups, scheme.Bias, scheme.Padding,
                scheme.Tanh, dtype: dtype);
        Module<Tensor, Tensor> OperatorOf(FuzzStep step) => step.Operator switch
        {
            FuzzOperatorKind.Learned => Learned(),
            FuzzOperatorKind.Filter => LiftingOperators.Filter(step.Taps, scheme.Learnable, shared, scheme.Padding, dtype: dtype),
            FuzzOperatorKind.Rectified
                => LiftingOperators.Rectified(step.Taps, 0.75, scheme.Learnable, shared, scheme.Padding, dtype: dtype),
            _ => new FuzzOperator(step.Taps[0], dtype),
        };
        return scheme.Kind switch
        {
            FuzzSchemeKind.Paper => new(channels, scheme.KernelSize, scheme.Groups, scheme.ProjGroups, scheme.Bias, scheme.Padding,
                scheme.Tanh, dtype: dtype),
            FuzzSchemeKind.Wavelet
                => LiftingScheme.Wavelet(scheme.Wavelet, scheme.Learnable, shared, scheme.Lossless, scheme.Padding, dtype: dtype),
            FuzzSchemeKind.MaxLifting
                => LiftingScheme.MaxLifting(scheme.Learnable, shared, scheme.KernelSize, scheme.Padding, dtype: dtype),
            FuzzSchemeKind.Mean => LiftingScheme.Mean(scheme.Learnable, shared, scheme.KernelSize, scheme.Padding, dtype: dtype),
            _ => new(
                [.. scheme.Steps.Select(step
                    => step.Kind == StepKind.Predict ? LiftingStep.Predict(OperatorOf(step)) : LiftingStep.Update(OperatorOf(step)))],
                scheme.ApproximationGain,
                scheme.DetailGain),
        };
    }

    private static LiftDownPool NewPool(FuzzPool pool, LiftingScheme scheme)
        => AnyPool.Down(pool.Dimensions, scheme, pool.Bands, pool.Reduction, pool.Channels, pool.Ceil, pool.DenseMax, pool.Axes);

    private static LiftDownPool NewPoolByArguments(FuzzCase one)
    {
        var (pool, scheme) = (one.Pool, one.Scheme);
        return AnyPool.Down(
            pool.Dimensions,
            pool.Channels,
            scheme.KernelSize,
            pool.Bands,
            pool.Reduction,
            scheme.Groups,
            scheme.ProjGroups,
            scheme.Bias,
            scheme.Padding,
            pool.Ceil,
            dtype: pool.Dtype,
            tanh: scheme.Tanh,
            dense_max: pool.DenseMax,
            lifted: pool.Axes);
    }
}

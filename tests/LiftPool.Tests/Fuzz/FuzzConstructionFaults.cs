namespace LiftPool.Tests;

/// <summary>What cannot be made.</summary>
internal static class FuzzConstructionFaults
{
    internal static IReadOnlyList<FuzzFault> All { get; } =
    [
        Pool("no channel", subject => Down(subject, channels: subject.Case.Choice % 2 == 0 ? 0 : -1)),
        Pool("an even kernel_size", subject => Down(subject, kernel: 2 * (subject.Case.Seed % 4))),
        Pool("a negative kernel_size", subject => Down(subject, kernel: -1 - (2 * (subject.Case.Seed % 3)))),
        Pool("groups that do not divide", subject => Down(subject, groups: Channels(subject) + 1)),
        Pool("groups of zero", subject => Down(subject, groups: 0)),
        Pool("proj_groups that do not divide", subject => Down(subject, projGroups: Channels(subject) + 1)),
        Pool("negative proj_groups", subject => Down(subject, projGroups: -1)),
        Pool("no band", subject => Down(subject, bands: 0)),
        Pool("a band that does not exist", subject => Down(subject, bands: AnyPool.AllBands(Dimensions(subject)) + 1)),
        Pool("negative bands", subject => Down(subject, bands: int.MinValue)),
        Pool("an unknown reduction", subject => Down(subject, reduction: (BandReduction)(6 + subject.Case.Seed))),
        Pool("a negative reduction", subject => Down(subject, reduction: (BandReduction)(-1))),
        Pool("an unknown padding", subject => Down(subject, padding: (PaddingModes)(5 + subject.Case.Seed))),
        Pool("constant padding", subject => Down(subject, padding: PaddingModes.Constant)),
        Pool("an unknown dense_max", subject => Down(subject, dense: (DenseMax)(4 + subject.Case.Seed))),
        Pool("an integer dtype", subject => Down(subject, dtype: ScalarType.Int32)),
        Pool("a complex dtype", subject => Down(subject, dtype: ScalarType.ComplexFloat64)),
        new("no axis", subject => Dimensions(subject) == 1 ? null : () => Down(subject, axes: LiftAxes.None).Dispose()),
        new("an unknown axis", subject => Dimensions(subject) == 1 ? null : () => Down(subject, axes: (LiftAxes)8).Dispose()),
        new("an axis that the pool lacks", subject => Dimensions(subject) != 2 ? null : ()
            => Down(subject, axes: LiftAxes.Depth).Dispose()),
        new("a band along an axis that is not lifted", subject => Dimensions(subject) != 2 ? null : ()
            => Down(subject, bands: (int)Bands2d.HH, axes: LiftAxes.Height).Dispose()),
        new("no scheme", subject => () => AnyPool.Down(Dimensions(subject), (LiftingScheme)null!)),
        new("a scheme that a pool owns", subject => () => AnyPool.Down(Dimensions(subject), subject.Scheme)),
        new("an up-pool of a scheme that a pool owns", subject => () => AnyPool.Up(Dimensions(subject), subject.Scheme)),
        new("an up-pool of nothing", subject => () => AnyPool.Up(Dimensions(subject), (LiftDownPool)null!)),
        new("sharing with nothing", subject => () => AnyPool.Sharing(Dimensions(subject), null!)),
        new("learned weights for an unknown number of channels", subject =>
        {
            var scheme = LiftingScheme.Wavelet(Wavelet.Haar);
            return () => AnyPool.Down(Dimensions(subject), scheme, reduction: BandReduction.Learned);
        }),
        new("channels that are not the scheme's", subject =>
        {
            var scheme = LiftingScheme.Mean(channels: Channels(subject));
            return () => AnyPool.Down(Dimensions(subject), scheme, channels: Channels(subject) + 1);
        }),
        new("an even number of taps", _ => () => LiftingOperators.Filter([1, 2])),
        new("no taps", _ => () => LiftingOperators.Rectified([])),
        new("null taps", _ => () => LiftingOperators.Filter(null!)),
        new("an unknown wavelet", subject => () => LiftingScheme.Wavelet((Wavelet)(8 + subject.Case.Seed))),
        new("a lossless scheme of bfloat16", _ => ()
            => LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true, dtype: ScalarType.BFloat16), MayCompute: true),
        new("an even kernel_size of max-lifting", _ => () => LiftingScheme.MaxLifting(kernel_size: 4)),
        new("no channel of the mean", _ => () => LiftingScheme.Mean(channels: 0)),
        new("null steps", subject => () => _ = new LiftingScheme((IReadOnlyList<LiftingStep>)null!)),
        new("a null step", subject => () => _ = new LiftingScheme([null!])),
        new("no predict operator", subject => () => _ = new LiftingScheme(null!, new Times(1)), MayCompute: true),
        new("a step of nothing", _ => () => LiftingStep.Predict(null!)),
        With("an unknown rounding", op => LiftingStep.Update(op, (StepRounding)3)),
        With("a gain of zero", op => new LiftingScheme([LiftingStep.Predict(op)], approximation_gain: 0)),
        With("a gain that is no number", op => new LiftingScheme([LiftingStep.Predict(op)], detail_gain: double.NaN)),
        With("an infinite gain", op => new LiftingScheme([LiftingStep.Predict(op)], double.NegativeInfinity)),
        With("a gain where a step rounds", op => new LiftingScheme([LiftingStep.Update(op, StepRounding.Down)], 2)),
        With("one operator twice", op => new LiftingScheme(op, op)),
        new("a disposed operator", subject =>
        {
            var op = new Times(1);
            op.Dispose();
            return () => _ = new LiftingScheme(op, new Times(1));
        }),
        new("a negative lambda_u", _ => () => new LiftRegularizer(lambda_u: -1)),
        new("a lambda_p that is no number", _ => () => new LiftRegularizer(lambda_p: double.NaN)),
        new("an unknown norm", _ => () => new LiftRegularizer(norm: (PenaltyNorm)2)),
        new("a pyramid without levels", subject => () => _ = new LiftPyramid(subject.Pool, 0)),
        new("a pyramid of too many levels", subject => () => _ = new LiftPyramid(subject.Pool, 64 + subject.Case.Seed)),
        new("a pyramid with a pool twice", subject => () => _ = new LiftPyramid(subject.Pool, subject.Pool)),
        new("a pyramid of nothing", subject => () => _ = new LiftPyramid((LiftDownPool[])null!)),
        new("a pyramid of no pools", subject => () => _ = new LiftPyramid()),
        new("a pyramid with a null", subject => () => _ = new LiftPyramid(subject.Pool, null!)),
        new("surgery of nothing", _ =>
        {
            var x = zeros(1, 1, 4, 4);
            return () => LiftSurgery.ReplaceMaxPools((Module<Tensor, Tensor>)null!, x);
        }),
        new("surgery without an example", _ =>
        {
            var model = Sequential(("pool", MaxPool2d(2)));
            return () => LiftSurgery.ReplaceMaxPools(model, (Tensor)null!);
        }),
    ];

    private static FuzzFault Pool(string name, Func<FuzzSubject, LiftDownPool> make) => new(name, subject => () => make(subject).Dispose());

    private static FuzzFault With(string name, Func<Module<Tensor, Tensor>, object> make) => new(name, _ =>
    {
        var op = new Times(1);
        return () => make(op);
    });

    private static int Dimensions(FuzzSubject subject) => subject.Case.Pool.Dimensions;

    private static long Channels(FuzzSubject subject) => subject.Case.Pool.Channels;

    private static LiftDownPool Down(
        FuzzSubject subject,
        long? channels = null,
        long kernel = 3,
        int? bands = null,
        BandReduction? reduction = null,
        long? groups = null,
        long? projGroups = null,
        PaddingModes? padding = null,
        DenseMax dense = DenseMax.None,
        LiftAxes axes = LiftAxes.All,
        ScalarType? dtype = null)
        => AnyPool.Down(
            Dimensions(subject),
            channels ?? Channels(subject),
            kernel,
            bands,
            reduction ?? subject.Case.Pool.Reduction,
            groups,
            projGroups,
            subject.Case.Scheme.Bias,
            padding ?? subject.Case.Scheme.Padding,
            dtype: dtype ?? subject.Case.Pool.Dtype,
            dense_max: dense,
            lifted: axes);
}

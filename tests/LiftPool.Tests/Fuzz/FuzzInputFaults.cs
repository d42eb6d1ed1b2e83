namespace LiftPool.Tests;

/// <summary>Inputs that a pool or a scheme does not take.</summary>
internal static class FuzzInputFaults
{
    internal static IReadOnlyList<FuzzFault> All { get; } =
    [
        new("no input", subject => () => subject.Pool.forward(null!)),
        new("no input for the bands", subject => () => subject.Pool.forward_with_bands(null!)),
        new("no input for the penalties", subject => () => subject.Pool.penalties(null!)),
        On("an axis too many", (_, x) => x.unsqueeze(0).unsqueeze(0)),
        On("an axis too few", (subject, x)
            => x.flatten().narrow(0, 0, Math.Min(4, x.numel())).view([-1, .. Enumerable.Repeat(1L, subject.Case.Pool.Dimensions - 1)])),
        new("a channel too many", subject => With(subject, ones(Shape(subject, subject.Case.Pool.Channels + 1), subject.Case.Pool.Dtype))),
        new("no channel at all", subject => With(subject, ones(Shape(subject, 0), subject.Case.Pool.Dtype))),
        On("an integer input", (_, x) => x.nan_to_num(0).to(ScalarType.Int64)),
        On("a boolean input", (_, x) => x.to(ScalarType.Bool)),
        On("a complex input", (_, x) => x.to(ScalarType.ComplexFloat64)),
        new("another dtype than the weights have", subject
            => subject.Scheme.FirstWeight is null
                && subject.Case.Pool.Reduction is not (BandReduction.Learned or BandReduction.LearnedMagnitude)
            ? null
            : With(subject, Good(subject).to(subject.Case.Pool.Dtype == ScalarType.Float64 ? ScalarType.Float32 : ScalarType.Float64))),
        new("an axis without samples", subject =>
        {
            var shape = Shape(subject, subject.Case.Pool.Channels);
            shape[^(1 + (subject.Case.Seed % subject.Case.Pool.Dimensions))] = 0;
            return With(subject, ones(shape, subject.Case.Pool.Dtype));
        }),
        new("an axis of one sample in floor mode", subject =>
        {
            var shape = Shape(subject, subject.Case.Pool.Channels);
            shape[subject.Case.Pool.LiftedDims[0] - 2 - subject.Case.Pool.Dimensions + shape.Length] = 1;
            return subject.Case.Pool.Ceil ? null : With(subject, ones(shape, subject.Case.Pool.Dtype));
        }),
        new("an unknown norm of the penalties", subject =>
        {
            var x = Good(subject);
            return () => subject.Pool.penalties(x, (PenaltyNorm)(2 + subject.Case.Seed));
        }),
        new("a disposed pool", subject =>
        {
            var x = Good(subject);
            subject.Pool.Dispose();
            return () => subject.Pool.forward(x);
        }),
        new("the up-pool of a disposed pool", subject =>
        {
            var up = AnyPool.Up(subject.Case.Pool.Dimensions, subject.Pool);
            var bands = FuzzBandFaults.Bands(subject);
            subject.Pool.Dispose();
            return () => up.forward(bands);
        }),
        new("a pool that shares with a disposed one", subject =>
        {
            subject.Pool.Dispose();
            return () => AnyPool.Sharing(subject.Case.Pool.Dimensions, subject.Pool);
        }),
        new("a disposed scheme", subject =>
        {
            var x = Good(subject);
            var signal = x.dim() > 2 ? x : x.unsqueeze(0);
            subject.Pool.Dispose();
            return () => subject.Scheme.lift(signal);
        }),
        new("an ended regularizer", _ =>
        {
            var penalty = new LiftRegularizer();
            penalty.Dispose();
            return () => penalty.loss();
        }),
        Lift("no signal", (_, _) => (null!, -1)),
        Lift("a signal of two axes", (subject, x) => (x.flatten(1), -1)),
        Lift("the batch as the axis to lift", (_, x) => (x, 0)),
        Lift("the channels as the axis to lift", (_, x) => (x, 1)),
        Lift("an axis that there is not", (_, x) => (x, x.dim())),
        Lift("a negative axis that there is not", (_, x) => (x, -1 - x.dim())),
        Lift("an odd length", (subject, _) => (ones([1, subject.Case.Pool.Channels, 13], subject.Case.Pool.Dtype), -1)),
        new("halves of two shapes", subject =>
        {
            var (s, d) = (ones([1, subject.Case.Pool.Channels, 12], subject.Case.Pool.Dtype),
                ones([1, subject.Case.Pool.Channels, 13], subject.Case.Pool.Dtype));
            return () => subject.Scheme.unlift(s, d);
        }),
        new("an approximation without a detail", subject =>
        {
            var s = ones([1, subject.Case.Pool.Channels, 12], subject.Case.Pool.Dtype);
            return () => subject.Scheme.unlift(s, null!);
        }),
        new("no input of a pyramid", subject =>
        {
            var pyramid = subject.Pyramid;
            return () => pyramid.forward(null!);
        }),
        new("no bands of a pyramid", subject =>
        {
            var pyramid = subject.Pyramid;
            return () => pyramid.unlift(null!);
        }),
    ];

    /// <summary>An input that the pool takes, whatever its operators.</summary>
    internal static Tensor Good(FuzzSubject subject) => ones(Shape(subject, subject.Case.Pool.Channels), subject.Case.Pool.Dtype);

    private static long[] Shape(FuzzSubject subject, long channels)
    {
        var lengths = Enumerable.Repeat(30L, subject.Case.Pool.Dimensions);
        return subject.Case.Signal.Batch is { } batch ? [batch, channels, .. lengths] : [channels, .. lengths];
    }

    private static FuzzFault On(string name, Func<FuzzSubject, Tensor, Tensor> change)
        => new(name, subject => With(subject, change(subject, Good(subject))));

    private static FuzzFault Lift(string name, Func<FuzzSubject, Tensor, (Tensor, long)> change) => new(name, subject =>
    {
        var x = Good(subject);
        var (signal, dim) = change(subject, x.dim() == subject.Case.Pool.Dimensions + 1 ? x.unsqueeze(0) : x);
        return () => subject.Scheme.lift(signal, dim);
    });

    private static Action With(FuzzSubject subject, Tensor x) => (subject.Case.Seed % 3) switch
    {
        0 => () => subject.Pool.forward(x),
        1 => () => subject.Pool.forward_with_bands(x),
        _ => () => subject.Pool.penalties(x),
    };
}

namespace LiftPool.Tests;

/// <summary>A small model whose pools are replaced: what it gives changes by rounding alone.</summary>
internal static class FuzzSurgeryCalls
{
    // Windows and paddings: those that a lift can stand for, and those that it cannot.
    private static readonly (long Window, long Stride, long Padding)[] Windows
        = [(2, 2, 0), (3, 2, 0), (3, 2, 1), (3, 3, 0), (2, 1, 0), (2, 2, 1)];

    private delegate Module<Tensor, Tensor> Maker(int dimensions, long window, long stride, long padding, bool ceil);

    internal static void Run(FuzzSubject subject)
    {
        var one = subject.Case;
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var dtype = one.Pool.Dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var (window, stride, padding) = Windows[one.Choice % Windows.Length];
        long[] shape = [Math.Max(1, one.Signal.Batch ?? 1), one.Pool.Channels, .. one.Signal.Lengths.Select(length => length + 4)];
        var x = rand(shape, dtype).mul(one.Signal.Magnitude);
        var isMean = one.Choice / Windows.Length % 3 == 0;
        using var model = Sequential(
            ("activation", ReLU()),
            ("pool", (isMean ? (Maker)Mean : Max)(one.Pool.Dimensions, window, stride, padding, one.Pool.Ceil)),
            ("end", Identity()));
        var wanted = model.call(x);
        var options = new LiftSurgeryOptions { Learnable = one.Scheme.Learnable, AveragePools = isMean };
        var report = LiftSurgery.ReplaceMaxPools(model, x, options);
        var mayBeReplaced = stride == 2 && (window, padding) is (2, 0) or (3, 0) or (3, 1) && !(padding == 1 && one.Pool.Ceil);
        mayBeReplaced &= !isMean || (window == 2 && padding == 0);
        if (report.Rows.Count != 1 || (report.Replaced == 1) != mayBeReplaced)
        {
            throw new FuzzFailure($"window {window}, stride {stride}, padding {padding}, ceil_mode {one.Pool.Ceil}: {report}");
        }

        var eps = dtype == ScalarType.Float64 ? Math.ScaleB(1, -52) : Math.ScaleB(1, -23);
        FuzzSubject.OnEachPath(path => FuzzFailure.On(path, () =>
        {
            var found = model.call(x);
            var (error, bound) = (found.LargestErrorTo(wanted), 2 * one.Pool.Dimensions * eps * x.LargestMagnitude());
            if (!(error <= bound) || found.dtype != dtype)
            {
                throw new FuzzFailure($"after surgery the output is off by {error:g3}, and {bound:g3} is allowed");
            }
        }));
    }

    private static Module<Tensor, Tensor> Mean(int dimensions, long window, long stride, long padding, bool ceil) => dimensions switch
    {
        1 => AvgPool1d(window, stride, padding, ceil_mode: ceil),
        2 => AvgPool2d(window, stride, padding, ceil_mode: ceil),
        _ => AvgPool3d(window, stride, padding, ceil_mode: ceil),
    };

    private static Module<Tensor, Tensor> Max(int dimensions, long window, long stride, long padding, bool ceil) => dimensions switch
    {
        1 => MaxPool1d(window, stride, padding, ceil_mode: ceil),
        2 => MaxPool2d(window, stride, padding, ceil_mode: ceil),
        _ => MaxPool3d(window, stride, padding, ceil_mode: ceil),
    };
}

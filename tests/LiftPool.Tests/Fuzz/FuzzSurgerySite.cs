namespace LiftPool.Tests;

/// <summary>What stands in a model before surgery, and what is to become of it: written from the contract.</summary>
/// <param name="Module">A pool or a convolution.</param>
/// <param name="Outcome">What surgery says of it, if it is asked.</param>
/// <param name="IsMean">Whether it is an average pool.</param>
/// <param name="IsConvolution">Whether it is a convolution.</param>
/// <param name="IsAsked">Whether surgery is told to replace such ones.</param>
/// <param name="Text">Its arguments.</param>
internal sealed record FuzzSurgerySite(
    Module<Tensor, Tensor> Module, LiftSurgeryOutcome Outcome, bool IsMean, bool IsConvolution, bool IsAsked, string Text)
{
    // Windows, strides and paddings: those that a lift can stand for, and those that it cannot.
    private static readonly (long Window, long Stride, long Padding)[] Windows
        = [(2, 2, 0), (3, 2, 0), (3, 2, 1), (3, 3, 0), (2, 1, 0), (2, 2, 1)];

    private static readonly PaddingModes[] Modes
        = [PaddingModes.Zeros, PaddingModes.Zeros, PaddingModes.Reflect, PaddingModes.Replicate, PaddingModes.Circular];

    // A dense convolution of more costs more than all else.
    private const long MostMixed = 6;

    public override string ToString() => $"{(IsConvolution ? "convolution" : IsMean ? "mean" : "maximum")} of {Text}";

    internal static FuzzSurgerySite Of(FuzzCase one, ScalarType dtype) => (one.Choice / 2 % 4) switch
    {
        0 => Convolution(one, dtype),
        1 => Pool(one, isMean: true),
        _ => Pool(one, isMean: false),
    };

    /// <summary>How far the output may be from what it was; a convolution of another stride sums in another order.</summary>
    internal double Bound(Tensor x, ScalarType dtype)
    {
        var eps = dtype == ScalarType.Float64 ? Math.ScaleB(1, -52) : Math.ScaleB(1, -23);
        return eps * (IsConvolution ? 100 * Math.Max(1, x.LargestMagnitude()) : 2 * (x.dim() - 2) * x.LargestMagnitude());
    }

    private static FuzzSurgerySite Pool(FuzzCase one, bool isMean)
    {
        var (window, stride, padding) = Windows[one.Choice / 8 % Windows.Length];
        var ceil = one.Pool.Ceil;
        var isLift = (window, padding) is (2, 0) || (!isMean && ((window, padding) is (3, 0) || ((window, padding) is (3, 1) && !ceil)));
        var outcome = stride == 1 ? LiftSurgeryOutcome.Kept
            : stride == 2 && isLift ? LiftSurgeryOutcome.Replaced : LiftSurgeryOutcome.NotPossible;
        Module<Tensor, Tensor> module = (one.Pool.Dimensions, isMean) switch
        {
            (1, true) => AvgPool1d(window, stride, padding, ceil_mode: ceil),
            (2, true) => AvgPool2d(window, stride, padding, ceil_mode: ceil),
            (3, true) => AvgPool3d(window, stride, padding, ceil_mode: ceil),
            (1, _) => MaxPool1d(window, stride, padding, ceil_mode: ceil),
            (2, _) => MaxPool2d(window, stride, padding, ceil_mode: ceil),
            _ => MaxPool3d(window, stride, padding, ceil_mode: ceil),
        };
        var isAsked = !isMean || one.Choice / 64 % 4 != 0;
        return new(module, outcome, isMean, false, isAsked, $"window {window}, stride {stride}, padding {padding}, ceil_mode {ceil}");
    }

    private static FuzzSurgerySite Convolution(FuzzCase one, ScalarType dtype)
    {
        var (choice, channels, axes) = (one.Choice / 8, one.Pool.Channels, one.Pool.Dimensions);
        var (kernel, padding, dilation) = (1 + (choice % 3), choice / 3 % 3, 1 + (choice / 9 % 2));
        long[] strides = [.. Enumerable.Range(0, axes).Select(axis => axis == 0 ? 2L : 2L - (choice / 18 >> axis & 1))];
        strides[^1] = choice % 13 == 0 ? 3 : strides[^1];
        var (mode, bias) = (Modes[choice % Modes.Length], one.Scheme.Bias);
        var groups = channels <= MostMixed && choice % 2 == 0 ? 1 : channels;
        Module<Tensor, Tensor> module = axes switch
        {
            1 => Conv1d(channels, channels, kernel, strides[0], padding, dilation, mode, groups, bias, dtype: dtype),
            2 => Conv2d(
                channels, channels, (kernel, kernel), (strides[0], strides[1]), (padding, padding), (dilation, dilation), mode, groups,
                bias, dtype: dtype),
            _ => Conv3d(
                channels, channels, (kernel, kernel, kernel), (strides[0], strides[1], strides[2]), (padding, padding, padding),
                (dilation, dilation, dilation), mode, groups, bias, dtype: dtype),
        };
        var outcome = strides[^1] == 3 ? LiftSurgeryOutcome.NotPossible : LiftSurgeryOutcome.Replaced;
        var sizes = $"window {kernel}, strides {string.Join(", ", strides)}, padding {padding}, dilation {dilation}";
        return new(module, outcome, false, IsConvolution: true, choice % 7 != 0, $"{groups} groups, {sizes}, {mode}");
    }
}

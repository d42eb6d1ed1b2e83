namespace LiftPool.Surgery;

/// <summary>
/// The settings with which a lift's LL is what a pool gives, at every size. Along each axis that the pool halves:
/// <code>
/// window 2                       samples    ceil_mode as the pool's
/// window 3                       Valid      ceil_mode as the pool's
/// window 3, padding 1, floor     Back       ceil_mode
/// </code>
/// A lift has one dense maximum and one ceil_mode for all its axes, so the halved axes have to be alike; the others have to stay as
/// they are.
/// </summary>
internal sealed record Counterpart(DenseMax DenseMax, bool CeilMode, LiftAxes Axes)
{
    private static readonly LiftAxes[] FromLast = [LiftAxes.Width, LiftAxes.Height, LiftAxes.Depth];

    /// <summary>The counterpart, or why there is none.</summary>
    internal static (Counterpart? Counterpart, string? Why) Of(PoolWindow window)
    {
        int[] halved = [.. Enumerable.Range(0, window.Dimensions).Where(axis => !IsUntouched(window, axis))];
        if (Why(window, halved) is { } why)
        {
            return (null, why);
        }

        var axes = halved.Aggregate(LiftAxes.None, (all, axis) => all | FromLast[window.Dimensions - 1 - axis]);
        return (Of(window, halved[0]) with { Axes = halved.Length == window.Dimensions ? LiftAxes.All : axes }, null);
    }

    private static Counterpart Of(PoolWindow window, int axis) => (window.Kind, window.Kernel[axis], window.Padding[axis]) switch
    {
        // A convolution of n values gives the first, the third ...: the first of each pair, the last alone where n is odd.
        (PoolKind.Convolution, _, _) => new(DenseMax.None, CeilMode: true, LiftAxes.All),
        (_, 3, 1) => new(DenseMax.Back, CeilMode: true, LiftAxes.All),
        (_, 3, _) => new(DenseMax.Valid, window.CeilMode, LiftAxes.All),
        _ => new(DenseMax.None, window.CeilMode, LiftAxes.All),
    };

    private static string? Why(PoolWindow window, int[] halved)
    {
        if (window.Stride.All(stride => stride == 1))
        {
            return "stride 1: it does not halve";
        }

        if (Array.Find(window.Stride, stride => stride > 2) is > 2 and var wide)
        {
            return $"stride {wide}: a lift halves";
        }

        if (window.Kind == PoolKind.Convolution)
        {
            return null;
        }

        return Array.Find(
            [.. halved.Select(axis => WhyNot(window, axis))], why => why is not null)
            ?? (window.Kind == PoolKind.Mean && window.Divisor is not null ? "divisor_override: LL is the mean" : null)
            ?? (halved.All(axis => Same(window, axis, halved[0])) ? null : "its axes differ, and a lift has one window for all it halves");
    }

    private static string? WhyNot(PoolWindow window, int axis)
    {
        var (kernel, stride, padding) = (window.Kernel[axis], window.Stride[axis], window.Padding[axis]);
        var most = window.Kind == PoolKind.Max ? 3 : 2;
        return stride != 2 ? $"window {kernel} with stride {stride} on one axis"
            : kernel < 2 || kernel > most ? $"window {kernel}: {(most == 3 ? "no lift but of 2 and 3" : "the mean of a lift is of 2")}"
            : window.Dilation[axis] != 1 ? $"dilation {window.Dilation[axis]}: a lift's window is of neighbours"
            : kernel == 2 && padding != 0 ? $"padding {padding} with window 2: a lift's pairs begin with the first sample"
            : kernel == 3 && padding == 1 && window.CeilMode ? "ceil_mode with padding 1: even lengths give one value more than a lift"
            : null;
    }

    private static bool Same(PoolWindow window, int axis, int other)
        => window.Kernel[axis] == window.Kernel[other] && window.Padding[axis] == window.Padding[other];

    private static bool IsUntouched(PoolWindow window, int axis)
        => window.Stride[axis] == 1 && (window.Kind == PoolKind.Convolution || (window.Kernel[axis] == 1 && window.Padding[axis] == 0));
}

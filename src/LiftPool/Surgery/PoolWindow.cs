using LiftPool.Lifting;

namespace LiftPool.Surgery;

/// <summary>
/// What one of TorchSharp's modules that may halve a map does along its axes, the outermost first: all of them in one form, whatever
/// their constructors left out.
/// </summary>
internal sealed record PoolWindow(
    PoolKind Kind, long[] Kernel, long[] Stride, long[] Padding, long[] Dilation, bool CeilMode, long? Divisor = null)
{
    internal int Dimensions => Kernel.Length;

    /// <summary>The window of a module; null if it is none of those.</summary>
    internal static PoolWindow? Of(Module module) => module switch
    {
        MaxPool1d max => Max(1, [max.kernel_size], One(max.stride), One(max.padding), One(max.dilation), max.ceil_mode),
        MaxPool2d max => Max(2, max.kernel_size, max.stride, max.padding, max.dilation, max.ceil_mode),
        MaxPool3d max => Max(3, max.kernel_size, max.stride, max.padding, max.dilation, max.ceil_mode),
        AvgPool1d mean => Mean(1, [mean.kernel_size], One(mean.stride), One(mean.padding), mean.ceil_mode, null),
        AvgPool2d mean => Mean(2, mean.kernel_size, mean.stride, mean.padding, mean.ceil_mode, mean.divisor_override),
        AvgPool3d mean => Mean(3, mean.kernel_size, mean.stride, mean.padding, mean.ceil_mode, mean.divisor_override),
        Convolution { transposed: false } convolution => OfConvolution(convolution),
        _ => null,
    };

    /// <summary>The pool in words: <c>MaxPool2d(3, stride=2, padding=1)</c>.</summary>
    internal static string TextOf(Module module)
        => Of(module) is not { } window || module.ToString() != module.GetType().ToString()
            ? FirstLine(module)
            : new ModuleText(module.GetType().Name)
                .With((module as Convolution)?.in_channels)
                .With((module as Convolution)?.out_channels)
                .With(Short(window.Kernel))
                .With("stride", Short(window.Stride), usual: window.Kind == PoolKind.Convolution ? null : Short(window.Kernel))
                .With("padding", Short(window.Padding), usual: "0")
                .With("dilation", Short(window.Dilation), usual: "1")
                .With("ceil_mode", window.CeilMode)
                .With("divisor_override", window.Divisor)
                .ToString();

    /// <summary>One number if all are the same.</summary>
    internal static string Short(long[] lengths) => lengths.Distinct().Count() == 1 ? $"{lengths[0]}" : $"({string.Join(", ", lengths)})";

    private static string FirstLine(Module module)
        => module.ToString() is { } text && text != module.GetType().ToString() ? text.Split('\n')[0] : module.GetType().Name;

    private static PoolWindow Max(int axes, long[] kernel, long[]? stride, long[]? padding, long[]? dilation, bool ceilMode)
        => Mean(axes, kernel, stride, padding, ceilMode, null) with { Kind = PoolKind.Max, Dilation = All(axes, dilation ?? [1]) };

    private static PoolWindow Mean(int axes, long[] kernel, long[]? stride, long[]? padding, bool ceilMode, long? divisor)
        => new(PoolKind.Mean, All(axes, kernel), All(axes, stride ?? kernel), All(axes, padding ?? [0]), All(axes, [1]), ceilMode, divisor);

    private static PoolWindow OfConvolution(Convolution convolution)
    {
        var axes = convolution.kernel_size.Length;
        return new(
            PoolKind.Convolution, convolution.kernel_size, All(axes, convolution.stride), All(axes, convolution.padding ?? [0]),
            All(axes, convolution.dilation), CeilMode: false);
    }

    private static long[]? One(long? value) => value is { } given ? [given] : null;

    // One length stands for all axes.
    private static long[] All(int axes, long[] lengths) => lengths.Length == 1 ? [.. Enumerable.Repeat(lengths[0], axes)] : lengths;
}

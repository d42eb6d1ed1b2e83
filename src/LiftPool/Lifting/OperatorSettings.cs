namespace LiftPool.Lifting;

/// <summary>
/// The arguments of the paper's operators, checked before anything is built. Both operators of a scheme have the same.
/// </summary>
internal sealed record OperatorSettings
{
    private OperatorSettings()
    {
    }

    internal required long Channels { get; init; }

    internal required long KernelSize { get; init; }

    internal required long Groups { get; init; }

    internal required long ProjGroups { get; init; }

    internal required bool Bias { get; init; }

    internal required PaddingModes PaddingMode { get; init; }

    internal required bool Tanh { get; init; }

    internal required Device? Device { get; init; }

    internal required ScalarType? Dtype { get; init; }

    /// <summary>The settings, or an exception in which <paramref name="layer"/> complains of a wrong argument.</summary>
    internal static OperatorSettings Checked(
        string layer,
        long channels,
        long kernel_size,
        long? groups,
        long? proj_groups,
        bool bias,
        PaddingModes padding_mode,
        Device? device,
        ScalarType? dtype,
        bool tanh)
    {
        if (channels < 1)
        {
            throw Errors.Wrong(layer, "at least one channel", $"channels {channels}", nameof(channels));
        }

        if (kernel_size < 1 || kernel_size % 2 == 0)
        {
            throw Errors.Wrong(layer, "an odd, positive kernel_size", $"{kernel_size}", nameof(kernel_size));
        }

        if (padding_mode is not (PaddingModes.Zeros or PaddingModes.Reflect or PaddingModes.Replicate or PaddingModes.Circular))
        {
            throw Errors.Wrong(layer, "padding_mode Zeros, Reflect, Replicate or Circular", $"{padding_mode}", nameof(padding_mode));
        }

        if (dtype is not (null or ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
        {
            throw Errors.Wrong(layer, "a real floating-point dtype", $"{dtype}", nameof(dtype));
        }

        return new OperatorSettings
        {
            Channels = channels,
            KernelSize = kernel_size,
            Groups = CheckedGroups(layer, channels, groups, nameof(groups)),
            ProjGroups = CheckedGroups(layer, channels, proj_groups, nameof(proj_groups)),
            Bias = bias,
            PaddingMode = padding_mode,
            Tanh = tanh,
            Device = device,
            Dtype = dtype,
        };
    }

    internal LiftingOperator NewOperator() => new(this);

    /// <summary>A filter of these taps: one for all, or one for each of <see cref="Channels"/>.</summary>
    internal FilterOperator NewFilter(double[] taps, bool shared, bool learnable)
        => new(NewWeight(taps, shared, learnable), shared ? null : Channels, PaddingMode);

    /// <summary>The same with ReLU and a factor after it.</summary>
    internal RectifiedFilter NewRectified(double[] taps, double factor, bool shared, bool learnable)
        => new(NewWeight(taps, shared, learnable), NewWeight([factor], shared, learnable), shared ? null : Channels, PaddingMode);

    private Tensor NewWeight(double[] taps, bool shared, bool learnable)
    {
        using var scope = NewDisposeScope();
        var one = tensor(taps, dtype: Dtype ?? get_default_dtype(), device: Device ?? get_default_device());
        var weight = one.expand(shared ? 1 : Channels, 1, -1).clone();
        return (learnable ? Parameter(weight) : weight).MoveToOuterDisposeScope();
    }

    private static long CheckedGroups(string layer, long channels, long? groups, string parameter)
    {
        if (groups is { } chosen && (chosen < 1 || channels % chosen != 0))
        {
            throw Errors.Wrong(layer, $"{parameter} to divide {channels} channels", $"{chosen}", parameter);
        }

        return groups ?? channels;
    }
}

using LiftPool.Lifting;

namespace LiftPool;

/// <summary>
/// Predict and update operators for the steps of a <see cref="LiftingScheme"/>. The fused kernels know them; a module of one's own that
/// keeps the shape and type of <c>[B, C, L]</c> may stand beside them, and its scheme then runs on tensor operations.
/// </summary>
public static class LiftingOperators
{
    /// <summary>
    /// The paper's: <c>Conv1d(kernel_size, groups) -> ReLU -> Conv1d(1, proj_groups) -> Tanh</c>, initialised as <c>nn.Conv1d</c> is.
    /// </summary>
    /// <param name="channels">The number of channels C of the signals.</param>
    /// <param name="kernel_size">The number of taps of the first convolution: odd.</param>
    /// <param name="groups">Groups of the first convolution. Default: C, a filter for each channel alone.</param>
    /// <param name="proj_groups">Groups of the second convolution. Default: C, a factor for each channel alone.</param>
    /// <param name="bias">Whether both convolutions have a bias.</param>
    /// <param name="padding_mode">What stands beyond the ends of a half-signal; any mode but <c>Constant</c>.</param>
    /// <param name="tanh">Whether the tanh follows. It bounds the output, and takes most of a forward's time.</param>
    /// <param name="device">Where the weights live. Default: TorchSharp's default device.</param>
    /// <param name="dtype">The type of the weights and of the signals. Default: TorchSharp's default type.</param>
    /// <exception cref="ArgumentException">An argument is out of its range, or a group count does not divide C.</exception>
    public static Module<Tensor, Tensor> Learned(
        long channels,
        long kernel_size = 5,
        long? groups = null,
        long? proj_groups = null,
        bool bias = false,
        PaddingModes padding_mode = PaddingModes.Zeros,
        bool tanh = true,
        Device? device = null,
        ScalarType? dtype = null)
        => OperatorSettings.Checked(
            nameof(LiftingOperators), channels, kernel_size, groups, proj_groups, bias, padding_mode, device, dtype, tanh).NewOperator();

    /// <summary>A linear filter: <c>sum_k taps[k] x[i + k - K/2]</c>.</summary>
    /// <param name="taps">Its K taps, an odd number; the middle one meets the sample of the same index.</param>
    /// <param name="learnable">Whether they are parameters, to be learned from there; else a buffer.</param>
    /// <param name="channels">
    /// With it each channel has taps of its own, <c>[C, 1, K]</c>; without, all share them, <c>[1, 1, K]</c>, and any number of channels is
    /// accepted.
    /// </param>
    /// <param name="padding_mode">What stands beyond the ends of a half-signal; any mode but <c>Constant</c>.</param>
    /// <param name="device">Where the taps live. Default: TorchSharp's default device.</param>
    /// <param name="dtype">The type of the taps and of the signals. Default: TorchSharp's default type.</param>
    /// <exception cref="ArgumentException">An even number of taps, or an argument that is out of its range.</exception>
    public static Module<Tensor, Tensor> Filter(
        IReadOnlyList<double> taps,
        bool learnable = false,
        long? channels = null,
        PaddingModes padding_mode = PaddingModes.Replicate,
        Device? device = null,
        ScalarType? dtype = null)
        => Settings(taps, channels, padding_mode, device, dtype).NewFilter([.. taps], channels is null, learnable);

    /// <summary>
    /// A filter, then ReLU, then a factor: <c>factor * max(0, sum_k taps[k] x[i + k - K/2])</c>. With the one tap 1 and the factor 1 it is
    /// max-lifting's update, <c>max(0, d)</c>.
    /// </summary>
    /// <param name="taps">As of <see cref="Filter"/>.</param>
    /// <param name="factor">The factor. It has the taps' shape but for their number.</param>
    /// <param name="learnable">Whether taps and factor are parameters, to be learned from there; else buffers.</param>
    /// <param name="channels">As of <see cref="Filter"/>.</param>
    /// <param name="padding_mode">What stands beyond the ends of a half-signal; any mode but <c>Constant</c>.</param>
    /// <param name="device">Where the weights live. Default: TorchSharp's default device.</param>
    /// <param name="dtype">The type of the weights and of the signals. Default: TorchSharp's default type.</param>
    /// <exception cref="ArgumentException">An even number of taps, or an argument that is out of its range.</exception>
    public static Module<Tensor, Tensor> Rectified(
        IReadOnlyList<double> taps,
        double factor = 1,
        bool learnable = false,
        long? channels = null,
        PaddingModes padding_mode = PaddingModes.Replicate,
        Device? device = null,
        ScalarType? dtype = null)
        => Settings(taps, channels, padding_mode, device, dtype).NewRectified([.. taps], factor, channels is null, learnable);

    private static OperatorSettings Settings(
        IReadOnlyList<double> taps, long? channels, PaddingModes padding_mode, Device? device, ScalarType? dtype)
    {
        ArgumentNullException.ThrowIfNull(taps);
        if (taps.Count % 2 == 0)
        {
            throw Errors.Wrong(nameof(LiftingOperators), "an odd number of taps", $"{taps.Count}", nameof(taps));
        }

        return OperatorSettings.Checked(
            nameof(LiftingOperators), channels ?? 1, taps.Count, null, null, bias: false, padding_mode, device, dtype, tanh: false);
    }
}

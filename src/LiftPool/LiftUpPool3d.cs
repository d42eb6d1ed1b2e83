using LiftPool.Lifting;

namespace LiftPool;

/// <summary>
/// Restores <c>[N, C, D, H, W]</c> from the sub-bands LLL to HHH that a <see cref="LiftDownPool3d"/> made of it: the same steps
/// backwards, with the opposite signs.
/// </summary>
/// <inheritdoc/>
public sealed class LiftUpPool3d : LiftUpPool
{
    /// <summary>
    /// The inverse of a down-pool, with its operators. They stay the down-pool's: this module adds no parameter, no
    /// buffer and no state-dict key, and is not to outlive it.
    /// </summary>
    /// <param name="pool">The owner of the operators. This pool lifts the axes that it lifts; all of them, if that one lifts all.</param>
    public LiftUpPool3d(LiftDownPool pool)
        : base(nameof(LiftUpPool3d), 3, pool)
    {
    }

    /// <summary>An up-pool with learned operators of its own: it inverts no down-pool, but may learn to.</summary>
    /// <param name="channels">The number of channels C.</param>
    /// <param name="kernel_size">The number of taps of the operators' first convolution: odd.</param>
    /// <param name="groups">Groups of the first convolution. Default: C, a filter for each channel alone.</param>
    /// <param name="proj_groups">Groups of the second, one-tap convolution. Default: C, a factor for each channel alone.</param>
    /// <param name="bias">Whether both convolutions have a bias.</param>
    /// <param name="padding_mode">What stands beyond the ends of a half-signal; any mode but <c>Constant</c>.</param>
    /// <param name="tanh">Whether the operators end with a tanh, as the paper's do.</param>
    /// <param name="axes">The axes that the bands' down-pool lifted.</param>
    /// <param name="device">Where the weights live. Default: TorchSharp's default device.</param>
    /// <param name="dtype">The type of the weights and of the bands. Default: TorchSharp's default type.</param>
    /// <exception cref="ArgumentException">An argument is out of its range, or a group count does not divide C.</exception>
    public LiftUpPool3d(
        long channels,
        long kernel_size = 5,
        long? groups = null,
        long? proj_groups = null,
        bool bias = false,
        PaddingModes padding_mode = PaddingModes.Zeros,
        bool tanh = true,
        LiftAxes axes = LiftAxes.All,
        Device? device = null,
        ScalarType? dtype = null)
        : base(
            nameof(LiftUpPool3d), LiftedAxes.Checked(nameof(LiftUpPool3d), 3, axes),
            OperatorSettings.Checked(
                nameof(LiftUpPool3d), channels, kernel_size, groups, proj_groups, bias, padding_mode, device, dtype, tanh))
    {
    }

    /// <summary>An up-pool with a scheme of your own, which it registers and owns.</summary>
    /// <param name="scheme">The predict and update steps.</param>
    /// <param name="axes">The axes that the bands' down-pool lifted.</param>
    /// <exception cref="ArgumentException">
    /// The axes are out of their range, or a pool owns the scheme already: pass that pool instead.
    /// </exception>
    public LiftUpPool3d(LiftingScheme scheme, LiftAxes axes = LiftAxes.All)
        : base(nameof(LiftUpPool3d), LiftedAxes.Checked(nameof(LiftUpPool3d), 3, axes), scheme)
    {
    }
}

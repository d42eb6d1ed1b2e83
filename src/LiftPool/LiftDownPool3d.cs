using LiftPool.Lifting;

namespace LiftPool;

/// <summary>
/// Pools <c>[N, C, D, H, W]</c> to <c>[N, C, D/2, H/2, W/2]</c>, where <c>MaxPool3d(2)</c> would stand. Lifting splits W, then H, then
/// D, in seven 1-D steps with the same operators, so there are as many weights as in 1-D. The output is made of the sub-bands LLL to
/// HHH; <c>forward_with_bands</c> keeps them for a <see cref="LiftUpPool3d"/> to restore the input.
/// </summary>
/// <inheritdoc/>
public sealed class LiftDownPool3d : LiftDownPool
{
    /// <summary>A pool with the paper's learned operators.</summary>
    /// <param name="channels">The number of channels C of the input.</param>
    /// <param name="kernel_size">The number of taps of the operators' first convolution: odd.</param>
    /// <param name="bands">The bands that the output is made of.</param>
    /// <param name="reduction">How it is made of them.</param>
    /// <param name="groups">Groups of the first convolution. Default: C, a filter for each channel alone.</param>
    /// <param name="proj_groups">Groups of the second, one-tap convolution. Default: C, a factor for each channel alone.</param>
    /// <param name="bias">Whether both convolutions have a bias.</param>
    /// <param name="padding_mode">What stands beyond the ends of a half-signal; any mode but <c>Constant</c>.</param>
    /// <param name="ceil_mode">
    /// For an odd length n: false gives (n-1)/2 outputs, and the last sample takes no part; true gives (n+1)/2, and the
    /// last sample is repeated once. An up-pool puts a sample that took no part back as it stands in
    /// <see cref="LiftBands.Cropped"/>, whatever became of the bands: who changes bands takes true, or changes those too.
    /// </param>
    /// <param name="tanh">
    /// Whether the operators end with a tanh, as the paper's do. It bounds what they give, and takes most of a forward's time.
    /// </param>
    /// <param name="dense_max">
    /// Whether the maximum of a window of two samples is lifted in each sample's place, and which window; the bands, and what an up-pool
    /// restores, are then those of the maximum.
    /// </param>
    /// <param name="axes">
    /// The axes that are lifted, and so halved; the others keep their length. With <c>LiftAxes.Width</c> the shapes are those of
    /// <c>MaxPool3d((1, 1, 2))</c>. The letter of an axis that is not lifted is always L in <paramref name="bands"/>.
    /// </param>
    /// <param name="device">Where the weights live. Default: TorchSharp's default device.</param>
    /// <param name="dtype">The type of the weights and of the input. Default: TorchSharp's default type.</param>
    /// <exception cref="ArgumentException">An argument is out of its range, or a group count does not divide C.</exception>
    public LiftDownPool3d(
        long channels,
        long kernel_size = 5,
        Bands3d bands = Bands3d.All,
        BandReduction reduction = BandReduction.Sum,
        long? groups = null,
        long? proj_groups = null,
        bool bias = false,
        PaddingModes padding_mode = PaddingModes.Zeros,
        bool ceil_mode = false,
        bool tanh = true,
        DenseMax dense_max = DenseMax.None,
        LiftAxes axes = LiftAxes.All,
        Device? device = null,
        ScalarType? dtype = null)
        : base(
            nameof(LiftDownPool3d), LiftedAxes.Checked(nameof(LiftDownPool3d), 3, axes),
            OperatorSettings.Checked(
                nameof(LiftDownPool3d), channels, kernel_size, groups, proj_groups, bias, padding_mode, device, dtype, tanh),
            (int)bands, reduction, ceil_mode, dense_max)
    {
        this.bands = bands;
    }

    /// <summary>A pool with a scheme of your own, which it registers and owns.</summary>
    /// <param name="scheme">The predict and update steps.</param>
    /// <param name="bands">The bands that the output is made of.</param>
    /// <param name="reduction">How it is made of them.</param>
    /// <param name="channels">
    /// The number of channels C; needed with <see cref="BandReduction.Learned"/> if the scheme's operators are your own.
    /// </param>
    /// <param name="ceil_mode">As in the other constructor.</param>
    /// <param name="dense_max">As in the other constructor.</param>
    /// <param name="axes">As in the other constructor.</param>
    /// <exception cref="ArgumentException">An argument is out of its range, or a pool owns the scheme already.</exception>
    public LiftDownPool3d(
        LiftingScheme scheme,
        Bands3d bands = Bands3d.All,
        BandReduction reduction = BandReduction.Sum,
        long? channels = null,
        bool ceil_mode = false,
        DenseMax dense_max = DenseMax.None,
        LiftAxes axes = LiftAxes.All)
        : base(
            nameof(LiftDownPool3d), LiftedAxes.Checked(nameof(LiftDownPool3d), 3, axes),
            scheme, (int)bands, reduction, channels, ceil_mode, dense_max)
    {
        this.bands = bands;
    }

    private LiftDownPool3d(
        LiftDownPool other, Bands3d bands, BandReduction reduction, bool ceil_mode, DenseMax dense_max, LiftAxes axes)
        : base(
            nameof(LiftDownPool3d), LiftedAxes.Checked(nameof(LiftDownPool3d), 3, axes),
            other, (int)bands, reduction, ceil_mode, dense_max)
    {
        this.bands = bands;
    }

    /// <summary>
    /// A pool that shares another's operators. They, and the channels, stay the other pool's: this one adds no operator weight and no
    /// state-dict key (with a learned reduction its own <c>gain</c>), and is not to outlive it. All else is its own.
    /// </summary>
    /// <param name="other">The owner of the operators, of any dimension.</param>
    /// <param name="bands">The bands that the output is made of.</param>
    /// <param name="reduction">How it is made of them.</param>
    /// <param name="ceil_mode">As in the constructors.</param>
    /// <param name="dense_max">As in the constructors.</param>
    /// <param name="axes">As in the constructors: not the other pool's, if nothing is said, but all.</param>
    /// <exception cref="ArgumentException">An argument is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The other pool is disposed.</exception>
    public static LiftDownPool3d Sharing(
        LiftDownPool other,
        Bands3d bands = Bands3d.All,
        BandReduction reduction = BandReduction.Sum,
        bool ceil_mode = false,
        DenseMax dense_max = DenseMax.None,
        LiftAxes axes = LiftAxes.All)
        => new(other, bands, reduction, ceil_mode, dense_max, axes);

    /// <summary>The bands that the output is made of.</summary>
    public Bands3d bands { get; }

    private protected override Enum? SomeBands => bands == Bands3d.All ? null : bands;
}

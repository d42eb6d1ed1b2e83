namespace LiftPool;

/// <summary>What <see cref="LiftSurgery"/> replaces, and with what. By default every max pool with its learnable equal.</summary>
public sealed class LiftSurgeryOptions
{
    /// <summary>Which pools (convolutions too, if they are replaced), by their name in the model and themselves. Default: all.</summary>
    public Func<string, Module, bool>? Where { get; init; }

    /// <summary>
    /// What is put in a pool's place, another one for each; null leaves the pool. Default: the pool's equal, max-lifting for the maximum
    /// and the mean for the mean, so that the model's outputs stay what they are until it is trained.
    /// </summary>
    /// <remarks>
    /// It has to give the pool's shape and type. If it does not, throws, or gives what stands somewhere else already, that pool stays and
    /// is listed with the reason. What it gives is moved to the device of what comes there and to the pool's mode, or disposed if it is not
    /// put in. The state of the CPU's random generator, from which its weights may be drawn, is afterwards as it was.
    /// </remarks>
    /// <example>
    /// The default with more to learn, at any max pool:
    /// <code>
    /// Start = site => site.NewPool(
    ///     LiftingScheme.MaxLifting(learnable: true, site.Channels, kernel_size: 5, device: site.Device, dtype: site.Dtype))
    /// </code>
    /// Another layer, where there are two dimensions and one number of channels:
    /// <code>
    /// Start = site => site is { Dimensions: 2, Channels: { } channels }
    ///     ? new LiftDownPool2d(
    ///         channels, reduction: BandReduction.LearnedMagnitude, ceil_mode: site.CeilMode, dense_max: site.DenseMax, axes: site.Axes,
    ///         device: site.Device, dtype: site.Dtype)
    ///     : null
    /// </code>
    /// </example>
    public Func<LiftSurgerySite, Module<Tensor, Tensor>?>? Start { get; init; }

    /// <summary>Whether the weights of the equal are parameters; else buffers, which no optimizer changes. Default: true.</summary>
    public bool Learnable { get; init; } = true;

    /// <summary>Whether average pools are replaced too. Default: false.</summary>
    public bool AveragePools { get; init; }

    /// <summary>
    /// Whether convolutions of stride 2 are replaced too, with a convolution of stride 1 and the same weights under the same names, and a
    /// pool that begins by taking the first sample of each pair. The outputs stay what they are; the convolution costs two times as
    /// much for each axis. Default: false.
    /// </summary>
    public bool StridedConvolutions { get; init; }

    /// <summary>
    /// Whether to change nothing, and to throw, unless everything that is chosen and halves can be replaced. A functional call
    /// (<see cref="LiftSurgeryOutcome.NotKnown"/>) may halve, so it counts as something that cannot. Default: false.
    /// </summary>
    public bool Strict { get; init; }
}

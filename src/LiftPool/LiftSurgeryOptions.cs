namespace LiftPool;

/// <summary>What <see cref="LiftSurgery"/> replaces, and with what. By default every max pool with its learnable equal.</summary>
public sealed class LiftSurgeryOptions
{
    /// <summary>Which modules, by their name in the model and themselves. Default: all.</summary>
    public Func<string, Module, bool>? Where { get; init; }

    /// <summary>
    /// What is put in a pool's place; null leaves the pool. It has to give the pool's shape. Default: the pool's equal, max-lifting for
    /// the maximum and the mean for the mean, so that the model's outputs stay what they are until it is trained.
    /// </summary>
    /// <example>
    /// <code>
    /// Start = site => new LiftDownPool2d(
    ///     site.Channels!.Value, ceil_mode: site.CeilMode, dense_max: site.DenseMax, axes: site.Axes, device: site.Device, dtype: site.Dtype)
    /// </code>
    /// of a model whose pools are two-dimensional, each with one number of channels.
    /// </example>
    public Func<LiftSite, Module<Tensor, Tensor>?>? Start { get; init; }

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
    /// Whether to change nothing, and to throw, unless everything that is chosen and halves can be replaced. Default: false.
    /// </summary>
    public bool Strict { get; init; }
}

using LiftPool.Lifting;

namespace LiftPool;

/// <content>What it was built with.</content>
public abstract partial class LiftDownPool
{
    private static long numbersGiven;

    /// <summary>The number of channels C of the input; null if it takes any.</summary>
    public long? channels { get; }

    /// <summary>How the output is made of the bands.</summary>
    public BandReduction reduction { get; }

    /// <summary>Whether an odd length is extended by its last sample, or that sample left out.</summary>
    public bool ceil_mode { get; }

    /// <summary>The maximum that is lifted in the samples' place.</summary>
    public DenseMax dense_max { get; }

    /// <inheritdoc cref="LiftingScheme.kernel_size"/>
    public long? kernel_size => Operators.kernel_size;

    /// <inheritdoc cref="LiftingScheme.groups"/>
    public long? groups => Operators.groups;

    /// <inheritdoc cref="LiftingScheme.proj_groups"/>
    public long? proj_groups => Operators.proj_groups;

    /// <inheritdoc cref="LiftingScheme.bias"/>
    public bool? bias => Operators.bias;

    /// <inheritdoc cref="LiftingScheme.padding_mode"/>
    public PaddingModes? padding_mode => Operators.padding_mode;

    /// <inheritdoc cref="LiftingScheme.tanh"/>
    public bool? tanh => Operators.tanh;

    /// <summary>Its place among all down-pools, in the order in which they were made.</summary>
    internal long Number { get; } = Interlocked.Increment(ref numbersGiven);

    /// <summary>The bands that the output is made of; null for all.</summary>
    private protected abstract Enum? SomeBands { get; }

    // What it was built with can be read when the owner of its operators is gone.
    private LiftingScheme Operators => scheme ?? shared!.Scheme;

    /// <summary>
    /// The layer in the manner of PyTorch, but for what has its default: <c>LiftDownPool2d(64, kernel_size=5, bands=LL|HH)</c>.
    /// </summary>
    public override string ToString()
        => Operators.AddTo(new ModuleText(layer), channels)
            .With("bands", SomeBands)
            .With("reduction", reduction, usual: BandReduction.Sum)
            .With("ceil_mode", ceil_mode)
            .With<Enum>("axes", lifted.AreAll ? null : axes)
            .With("dense_max", dense_max, usual: DenseMax.None)
            .With("recompute", recompute)
            .With("shared", shared is not null)
            .ToString();
}

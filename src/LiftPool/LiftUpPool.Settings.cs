using LiftPool.Lifting;

namespace LiftPool;

/// <content>What it was built with.</content>
public abstract partial class LiftUpPool
{
    /// <summary>The number of channels C of the bands; null if it takes any.</summary>
    public long? channels { get; }

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

    // What it was built with can be read when the owner of its operators is gone.
    private LiftingScheme Operators => scheme ?? shared!.Scheme;

    /// <summary>The layer in the manner of PyTorch, but for what has its default: <c>LiftUpPool2d(64, kernel_size=5)</c>.</summary>
    public override string ToString()
        => Operators.AddTo(new ModuleText(layer), channels)
            .With<Enum>("axes", lifted.AreAll ? null : axes)
            .With("recompute", recompute)
            .With("shared", shared is not null)
            .ToString();
}

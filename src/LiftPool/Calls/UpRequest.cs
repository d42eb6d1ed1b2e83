using LiftPool.Lifting;

namespace LiftPool.Calls;

/// <summary>What an up-pool asks for: the signal of all bands.</summary>
/// <inheritdoc/>
internal sealed record UpRequest(LiftingSteps Steps) : PoolRequest(Steps)
{
    /// <summary>How many bands there are.</summary>
    internal required int Bands { get; init; }

    /// <summary>The spatial lengths of the signal; null for twice the bands'.</summary>
    internal long[]? Lengths { get; init; }

    /// <summary>How many tensors of samples were set aside: one for each odd length, or none.</summary>
    internal int SetAside { get; init; }

    internal override PoolRequest ForEvenLengths => this with { Lengths = null, SetAside = 0 };

    internal override long HalfLength(long length) => length;

    internal override PoolResult Compose(LiftingSteps steps, PoolInputs inputs)
        => Complete(new(LiftingTransform.Inverse(steps, inputs.Signals!)), inputs);

    /// <summary>Restores odd lengths, where the engine did not.</summary>
    internal override PoolResult Complete(PoolResult result, PoolInputs inputs)
        => Lengths is null ? result : new(OddSizes.Restore(result.Output!, Lengths, inputs.SetAside!));

    protected override int SignalCount => Bands;

    protected override int SetAsideCount => SetAside;
}

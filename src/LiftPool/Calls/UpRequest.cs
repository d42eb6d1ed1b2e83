using LiftPool.Lifting;

namespace LiftPool.Calls;

/// <summary>What an up-pool asks for: the signal of all bands.</summary>
/// <inheritdoc/>
internal sealed record UpRequest(LiftingSteps Steps, LiftedAxes Axes) : PoolRequest(Steps, Axes)
{
    /// <summary>The spatial lengths of the signal; null for twice the bands' along the lifted axes.</summary>
    internal long[]? Lengths { get; init; }

    /// <summary>How many tensors of samples were set aside: one for each odd length that is lifted, or none.</summary>
    internal int SetAside { get; init; }

    internal override PoolRequest ForEvenLengths => this with { Lengths = null, SetAside = 0 };

    internal override long PairsAlong(int dim, long length) => length;

    internal override PoolResult Compose(LiftingSteps steps, PoolInputs inputs)
        => Complete(new(LiftingTransform.Inverse(steps, inputs.Signals!, Axes)), inputs);

    /// <summary>Restores odd lengths, where the engine did not.</summary>
    internal override PoolResult Complete(PoolResult result, PoolInputs inputs)
        => Lengths is null ? result : new(OddSizes.Restore(result.Output!, Lengths, inputs.SetAside!));

    protected override int SignalCount => 1 << Axes.Count;

    protected override int SetAsideCount => SetAside;
}

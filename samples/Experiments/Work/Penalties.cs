using LiftPool;
using TorchSharp;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>The weights of c_u and c_p in a loss, and how their norms are read.</summary>
internal sealed record Penalties(double LambdaU, double LambdaP, PenaltyNorm Norm = PenaltyNorm.MeanSquare)
{
    private static readonly Scalar One = 1f;

    /// <summary>The paper's weights.</summary>
    public static Penalties Paper { get; } = new(0.01, 0.1);

    public static Penalties None { get; } = new(0, 0);

    /// <summary>Whether the library's layers are to be penalised, too, and not only pools that measure themselves.</summary>
    public bool OfLayers { get; init; } = true;

    /// <summary>Such weights for what pools measure themselves, and nothing for the library's layers within them.</summary>
    public static Penalties OfPools(double lambdaU, double lambdaP) => new(lambdaU, lambdaP) { OfLayers = false };

    /// <summary>A task's loss, alone and with the penalties of all that runs while it is computed.</summary>
    public (Tensor Task, Tensor Whole) Loss(Func<Tensor> task)
    {
        if (this == None)
        {
            var alone = task();
            return (alone, alone);
        }

        using var ofLayers = OfLayers ? new LiftRegularizer(LambdaU, LambdaP, Norm) : null;
        using var ofSteps = new StepPenalties();
        var loss = task();
        return (loss, ofSteps.AddTo(ofLayers is null ? loss : loss.add(ofLayers.loss(), One), this));
    }
}

using LiftPool.Kernels;
using LiftPool.Lifting;

namespace LiftPool.Calls;

/// <summary>The steps of a scheme as the fused kernels take them, where they cover every operator.</summary>
internal static class FusedScheme
{
    /// <summary>The steps; all operators are LiftPool's own.</summary>
    internal static KernelStep[] Steps(LiftingSteps steps) => [.. steps.Steps.Select(step =>
    {
        var own = (IAxisOperator)step.Operator;
        return new KernelStep(step.Kind == StepKind.Predict, own.KernelSize, own is FilterOperator ? OperatorKind.Linear : OperatorKind.Tanh, KernelWords.Of(step.Rounding));
    })];

    /// <summary>The padding of all operators; null if they differ.</summary>
    internal static PaddingModes? Padding(LiftingSteps steps)
        => steps.Operators.OfType<IAxisOperator>().Select(op => op.PaddingMode).Distinct().ToArray() is [var padding] ? padding : null;

    /// <summary>The weights for so many channels, four for each step; null if the kernels do not cover an operator.</summary>
    internal static Tensor?[]? Weights(LiftingSteps steps, long channels)
    {
        var weights = new List<Tensor?>();
        foreach (var step in steps.Steps)
        {
            // Rounding is for what is linear: of the paper's operators the kernels keep the output for its derivative.
            if (step.Operator is not IAxisOperator own
                || (step.Rounding != StepRounding.None && own is not FilterOperator { IsRounded: true })
                || own.ChannelWeights(channels) is not { } four
                || !AreOfChannels(four, channels, own.KernelSize))
            {
                return null;
            }

            weights.AddRange(four);
        }

        return weights.Count == 0 ? null : [.. weights];
    }

    // [C, 1, taps], [C], [C, 1, 1] and [C] are what the kernels read; a user may have put another weight in the place of one.
    private static bool AreOfChannels(Tensor?[] four, long channels, int taps)
    {
        for (var i = 0; i < four.Length; i++)
        {
            if (four[i] is { } weight && weight.numel() != channels * (i == 0 ? taps : 1))
            {
                return false;
            }
        }

        return true;
    }
}

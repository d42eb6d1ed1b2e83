using LiftPool.Kernels;
using LiftPool.Lifting;

namespace LiftPool.Calls;

/// <summary>The steps of a scheme as the fused kernels take them; their weights come with each call.</summary>
/// <param name="Steps">The steps.</param>
/// <param name="Padding">What stands beyond the ends.</param>
internal sealed record FusedScheme(KernelStep[] Steps, PaddingModes Padding)
{
    /// <summary>Tensors of weights that a step has: taps, bias, projection, its bias. All but the taps may be null.</summary>
    internal const int WeightsPerStep = 4;

    internal int WeightCount => Steps.Length * WeightsPerStep;

    /// <summary>The scheme as the kernels take it; null if an operator is not LiftPool's own, or they differ in their padding.</summary>
    internal static FusedScheme? Of(LiftingSteps scheme)
    {
        var steps = new KernelStep[scheme.Steps.Count];
        PaddingModes? padding = null;
        for (var k = 0; k < steps.Length; k++)
        {
            var step = scheme.Steps[k];
            if (step.Operator is not IAxisOperator own || own.PaddingMode != (padding ??= own.PaddingMode))
            {
                return null;
            }

            steps[k] = new(step.Kind == StepKind.Predict, own.KernelSize, KernelWords.Of(own.Form), KernelWords.Of(step.Rounding));
        }

        // Without steps nothing reads beyond the ends.
        return new(steps, padding ?? PaddingModes.Zeros);
    }

    /// <summary>The weights for so many channels, four for each step; null if the kernels do not cover an operator.</summary>
    internal static Tensor?[]? Weights(LiftingSteps scheme, long channels)
    {
        var weights = new List<Tensor?>();
        foreach (var step in scheme.Steps)
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

        return [.. weights];
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

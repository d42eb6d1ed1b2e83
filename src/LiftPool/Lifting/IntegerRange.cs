namespace LiftPool.Lifting;

/// <summary>
/// Whether the halves of a lossless scheme stay among the integers that a type holds, whatever the values: by the largest magnitude
/// that goes in and the taps.
/// </summary>
internal static class IntegerRange
{
    /// <summary>Whether the type of these tensors can carry the steps along so many axes; false for NaN and infinity.</summary>
    /// <param name="steps">Steps of filters.</param>
    /// <param name="tensors">The signal, or with <paramref name="inverse"/> its bands.</param>
    /// <param name="axes">How many axes are lifted, one after the other.</param>
    /// <param name="inverse">Whether the steps are taken back.</param>
    internal static bool Holds(LiftingSteps steps, IReadOnlyList<Tensor> tensors, int axes, bool inverse)
    {
        // NaN among them makes it NaN, which no bound holds.
        var largest = tensors.Select(Integers.LargestMagnitude).Aggregate(0.0, Math.Max);
        (StepKind Kind, double Gain)[] bounds = [.. steps.Steps.Select(step => (step.Kind, LargestGain((FilterOperator)step.Operator)))];
        if (inverse)
        {
            Array.Reverse(bounds);
        }

        for (var axis = 0; axis < axes; axis++)
        {
            var (approximation, detail) = (largest, largest);
            foreach (var (kind, gain) in bounds)
            {
                // Rounding adds less than 1.
                if (kind == StepKind.Predict)
                {
                    detail += (gain * approximation) + 1;
                }
                else
                {
                    approximation += (gain * detail) + 1;
                }
            }

            largest = Math.Max(approximation, detail);
        }

        return largest <= Integers.Largest(tensors[0].dtype);
    }

    private static double LargestGain(FilterOperator filter)
    {
        using var scope = NewDisposeScope();
        return filter.Weights[0]!.detach().to(ScalarType.Float64).abs().sum(2).max().item<double>();
    }
}

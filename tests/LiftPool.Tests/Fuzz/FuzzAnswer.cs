namespace LiftPool.Tests;

/// <summary>The right values of a call and their gradients, by name.</summary>
internal sealed class FuzzAnswer(FuzzSubject subject, FuzzReferenceSteps steps, Dictionary<string, Tensor> values)
{
    internal const double UpdateWeight = 0.3;
    internal const double PredictWeight = 0.7;

    private readonly FuzzCase one = subject.Case;
    private readonly Dictionary<string, Tensor> gradients = [];
    private bool isDifferentiated;

    /// <summary>The number of samples that a weight's gradient is a sum over.</summary>
    internal long Samples { get; init; }

    internal void Differentiate(
        Dictionary<string, Tensor> outputs,
        (string Name, Tensor Leaf) input,
        IEnumerable<(string Name, Tensor? Leaf)> weights)
    {
        isDifferentiated = true;
        var isCall = one.Call == FuzzCall.Penalties;
        Tensor Term(string name, Tensor value) => name switch
        {
            "c_u" when !isCall => value.mul(UpdateWeight),
            "c_p" when !isCall => value.mul(PredictWeight),
            "c_u" or "c_p" => FuzzValues.Weighed(name, value, FuzzBounds.TypeOfPenalties(one.Pool.Dtype)),
            _ => FuzzValues.Weighed(name, value, one.Pool.Dtype),
        };
        var terms = outputs.Where(value => one.IsInLoss(value.Key)).Select(value => Term(value.Key, value.Value));
        var loss = terms.Aggregate((sum, term) => sum.add(term));
        FuzzValues.Backward(
            loss,
            gradients,
            [input, .. weights.Where(weight => weight.Leaf is not null).Select(weight => (weight.Name, weight.Leaf!))]);
    }

    /// <summary>Asserts that all of it was found.</summary>
    internal void Check(Dictionary<string, Tensor> found)
    {
        var bounds = FuzzBounds.Of(one, steps.Largest);
        foreach (var (name, value) in values)
        {
            if (!found.TryGetValue(name, out var own))
            {
                throw new FuzzFailure($"there is no {name}");
            }

            if (name is "c_u" or "c_p")
            {
                bounds.Penalty(name, own, value);
            }
            else
            {
                bounds.Value(name, own, value);
            }
        }

        var unknown = found.Keys.Where(name
            => !values.ContainsKey(name) && !name.StartsWith(FuzzValues.Gradient, StringComparison.Ordinal)).ToArray();
        if (unknown.Length > 0)
        {
            throw new FuzzFailure($"there should be no {string.Join(", ", unknown)}");
        }

        if (isDifferentiated)
        {
            CheckGradients(found, bounds);
        }
    }

    private void CheckGradients(Dictionary<string, Tensor> found, FuzzBounds bounds)
    {
        var isSum = one.Call == FuzzCall.ForwardWithBands && one.Pool.DenseMax != DenseMax.None && !one.Pool.Ceil;
        var names = found.Keys.Where(name => name.StartsWith(FuzzValues.Gradient, StringComparison.Ordinal));
        foreach (var name in names.Union(gradients.Keys))
        {
            var (own, right) = (found.GetValueOrDefault(name), gradients.GetValueOrDefault(name));
            if (own is not null)
            {
                bounds.Finite(name, own, right);
            }

            // Operators of somebody's own round in their type, more than once.
            var isChecked = own is null || right is null
                || (steps.IsSmoothIn(one.Pool.Dtype) && (!bounds.IsHalf || bounds.IsRoundedOnce));
            subject.CountGradient(isChecked);
            if (isChecked)
            {
                var usual = Usual(name, bounds.IsHalf ? 1 : right?.numel() ?? 1);
                bounds.Gradient(name[FuzzValues.Gradient.Length..], own, right, usual, isSum);
            }
        }
    }

    // The norm of a gradient that does not cancel, a tenth of it: sums of as many terms as there are samples, or, of each of an input's
    // entries, one or few. A half type's entries are looked at one by one.
    private double Usual(string name, long entries)
    {
        var isWeight = name.EndsWith("weight", StringComparison.Ordinal) || name.EndsWith("bias", StringComparison.Ordinal)
            || name.EndsWith("gain", StringComparison.Ordinal) || name.EndsWith("factor", StringComparison.Ordinal);
        var samples = Math.Sqrt(Math.Max(1, Samples));
        return double.Epsilon + (one.Call == FuzzCall.Penalties, isWeight) switch
        {
            (false, false) => 0.1 * Math.Sqrt(Math.Max(1, entries)),
            (false, true) => 0.1 * Math.Max(steps.Largest, 1) * samples,
            (true, false) => 0.1 * steps.Largest / samples,
            (true, true) => 0.1 * steps.Largest * steps.Largest,
        };
    }
}

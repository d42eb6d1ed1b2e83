namespace LiftPool.Lifting;

/// <summary>One lifting step: an operator that keeps <c>[B, C, L]</c>, and the half that its result changes.</summary>
/// <param name="Kind">The half.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Rounding">What becomes of its output.</param>
/// <param name="Weights">
/// What stands for its own weights, in their order. It then runs along the axes, whoever watches its calls. Null for its own.
/// </param>
internal readonly record struct SchemeStep(
    StepKind Kind,
    Module<Tensor, Tensor> Operator,
    StepRounding Rounding = StepRounding.None,
    Tensor?[]? Weights = null)
{
    /// <summary>The weights with which the operator runs along the axes as the tensor lies; null if it has to be called.</summary>
    internal Tensor?[]? WeightsAlongAxes => Weights ?? (Operator is IAxisOperator { RunsAlongAxes: true } own ? own.Weights : null);

    /// <summary>Rounds as the step says. The gradient goes straight through, as if nothing were rounded.</summary>
    internal Tensor Round(Tensor output)
    {
        if (Rounding == StepRounding.None)
        {
            return output;
        }

        using var scope = NewDisposeScope();
        output = NumberTypes.In(NumberTypes.Computing(output.dtype), output);
        var values = output.detach();
        var rounded = (Rounding == StepRounding.Nearest ? values.add(Scalars.Half, Scalars.One) : values).floor();

        // The difference is exactly 0, of infinities too, and carries the gradient.
        return (output.requires_grad ? rounded.add(output.sub(values).nan_to_num(0), Scalars.One) : rounded).MoveToOuterDisposeScope();
    }
}

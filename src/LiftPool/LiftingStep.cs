using LiftPool.Lifting;

namespace LiftPool;

/// <summary>One step of a <see cref="LiftingScheme"/>: an operator, and the half of the signal that its result changes.</summary>
public sealed class LiftingStep
{
    private LiftingStep(StepKind kind, Module<Tensor, Tensor> op, StepRounding rounding)
    {
        ArgumentNullException.ThrowIfNull(op);
        if (!Enum.IsDefined(rounding))
        {
            throw Errors.Wrong(nameof(LiftingStep), "a rounding of the enum", $"{rounding}", nameof(rounding));
        }

        (Kind, Operator, Rounding) = (kind, op, rounding);
    }

    /// <summary>
    /// <c>detail -= P(approximation)</c>. Before the first step the halves are <c>xo = x[0::2]</c> and <c>xe = x[1::2]</c>.
    /// </summary>
    /// <param name="op">
    /// P: any module that keeps the shape and type of <c>[B, C, L]</c>, or one that <see cref="LiftingOperators"/> makes.
    /// </param>
    /// <param name="rounding">To which integer P's output is rounded, in a lossless scheme.</param>
    /// <exception cref="ArgumentException">The operator is null, or the rounding is not one of the enum's.</exception>
    public static LiftingStep Predict(Module<Tensor, Tensor> op, StepRounding rounding = StepRounding.None)
        => new(StepKind.Predict, op, rounding);

    /// <summary><c>approximation += U(detail)</c>.</summary>
    /// <param name="op">U, as P of <see cref="Predict"/>.</param>
    /// <param name="rounding">To which integer U's output is rounded, in a lossless scheme.</param>
    /// <exception cref="ArgumentException">The operator is null, or the rounding is not one of the enum's.</exception>
    public static LiftingStep Update(Module<Tensor, Tensor> op, StepRounding rounding = StepRounding.None)
        => new(StepKind.Update, op, rounding);

    /// <summary>Which half it changes.</summary>
    public StepKind Kind { get; }

    /// <summary>The operator. The scheme that has the step registers and owns it.</summary>
    public Module<Tensor, Tensor> Operator { get; }

    /// <summary>What becomes of the operator's output.</summary>
    public StepRounding Rounding { get; }

    /// <summary>The step in the manner of PyTorch: <c>Predict(Filter(kernel_size=3))</c>.</summary>
    public override string ToString()
        => new ModuleText($"{Kind}").With(Operator).With("rounding", Rounding, usual: StepRounding.None).ToString();
}

using LiftPool.Lifting;

namespace LiftPool;

/// <content>What it was built with.</content>
public sealed partial class LiftingScheme
{
    private readonly OperatorTraits traits;

    /// <summary>The steps, in their order.</summary>
    public IReadOnlyList<LiftingStep> steps { get; }

    /// <summary>What the approximation of each axis is multiplied with after the steps.</summary>
    public double approximation_gain { get; }

    /// <summary>What the detail of each axis is multiplied with after the steps.</summary>
    public double detail_gain { get; }

    /// <summary>Whether a step rounds its operator's output to an integer.</summary>
    public bool lossless => lifting.Rounds;

    /// <summary>
    /// The number of channels that the operators were built for; null if they take any, or are none of <see cref="LiftingOperators"/>'s.
    /// </summary>
    public long? channels => traits.Channels;

    /// <summary>
    /// The number of taps of each operator's filter; null if they differ, or an operator is none of <see cref="LiftingOperators"/>'s.
    /// </summary>
    public long? kernel_size => traits.KernelSize;

    /// <summary>
    /// The groups of each operator's filter, as many as channels where each has its own; null if they differ, if all channels share one,
    /// or if an operator is none of <see cref="LiftingOperators"/>'s.
    /// </summary>
    public long? groups => traits.Groups;

    /// <summary>The groups of what follows each operator's ReLU; null as for <see cref="groups"/>, and where nothing follows.</summary>
    public long? proj_groups => traits.ProjGroups;

    /// <summary>
    /// Whether each operator has biases; null if they differ, or an operator is none of <see cref="LiftingOperators"/>'s.
    /// </summary>
    public bool? bias => traits.Bias;

    /// <summary>
    /// What stands beyond the ends of a half-signal; null if the operators differ, or one is none of <see cref="LiftingOperators"/>'s.
    /// </summary>
    public PaddingModes? padding_mode => traits.PaddingMode;

    /// <summary>
    /// Whether each operator ends with a tanh; null if they differ, or an operator is none of <see cref="LiftingOperators"/>'s.
    /// </summary>
    public bool? tanh => traits.Tanh;

    /// <summary>The paper's operator, if this is the paper's scheme: it says all that there is to say.</summary>
    private LiftingOperator? PapersOperator
        => lifting.IsPredictThenUpdate && !lossless && (approximation_gain, detail_gain) == (1, 1)
            && steps[0].Operator is LiftingOperator predict && steps[1].Operator is LiftingOperator update
            && predict.Traits == update.Traits
            ? predict
            : null;

    /// <summary>The scheme in the manner of PyTorch: <c>LiftingScheme(64, kernel_size=5)</c>.</summary>
    public override string ToString()
    {
        var text = new ModuleText(nameof(LiftingScheme));
        if (PapersOperator is { } papers)
        {
            return papers.AddTo(text).ToString();
        }

        text.With("approximation_gain", approximation_gain, usual: 1).With("detail_gain", detail_gain, usual: 1);
        for (var k = 0; k < steps.Count; k++)
        {
            // The places are those of the state-dict keys.
            text.Child(lifting.IsPredictThenUpdate ? k == 0 ? "predict" : "update" : $"steps.{k}", steps[k]);
        }

        return text.ToString();
    }

    /// <summary>Says in a pool's words what its operators are.</summary>
    /// <param name="text">The pool's words so far.</param>
    /// <param name="given">The channels that the pool was given.</param>
    internal ModuleText AddTo(ModuleText text, long? given)
        => PapersOperator is { } papers ? papers.AddTo(text) : text.With("channels", given).Child("scheme", this);
}

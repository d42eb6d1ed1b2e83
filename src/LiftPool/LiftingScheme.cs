using LiftPool.Lifting;

namespace LiftPool;

/// <summary>
/// An ordered list of predict and update steps that splits a signal into an approximation <c>s</c> and a detail
/// <c>d</c>, each of half its length, and puts it together again. The paper's scheme is one of each:
/// <code>
/// split    x -> (xe, xo)          xo = x[0::2], xe = x[1::2]
/// predict  d = xo - P(xe)
/// update   s = xe + U(d)
/// </code>
/// The inverse takes the same steps backwards with the opposite signs, so it is exact whatever P and U are, if an operator
/// gives the same output for the same input (no dropout).
/// </summary>
/// <remarks>
/// Source: J. Zhao and C. G. M. Snoek, "LiftPool: Bidirectional ConvNet Pooling", ICLR 2021 (arXiv 2104.00996).
/// </remarks>
public sealed partial class LiftingScheme : Module
{
    private readonly LiftingSteps lifting;
    private readonly SchemeChecks checks;
    private string? owner;

    /// <summary>
    /// The paper's scheme with learned operators: <c>Conv1d(kernel_size, groups) -> ReLU -> Conv1d(1, proj_groups) ->
    /// Tanh</c> each, initialised as <c>nn.Conv1d</c> is.
    /// </summary>
    /// <param name="channels">The number of channels C of the signals.</param>
    /// <param name="kernel_size">The number of taps of the first convolution: odd.</param>
    /// <param name="groups">Groups of the first convolution. Default: C, a filter for each channel alone.</param>
    /// <param name="proj_groups">Groups of the second convolution. Default: C, a factor for each channel alone.</param>
    /// <param name="bias">Whether both convolutions have a bias.</param>
    /// <param name="padding_mode">What stands beyond the ends of a half-signal; any mode but <c>Constant</c>.</param>
    /// <param name="tanh">Whether the tanh follows. It bounds the output, and takes most of a forward's time.</param>
    /// <param name="device">Where the weights live. Default: TorchSharp's default device.</param>
    /// <param name="dtype">The type of the weights and of the signals. Default: TorchSharp's default type.</param>
    /// <exception cref="ArgumentException">An argument is out of its range, or a group count does not divide C.</exception>
    public LiftingScheme(
        long channels,
        long kernel_size = 5,
        long? groups = null,
        long? proj_groups = null,
        bool bias = false,
        PaddingModes padding_mode = PaddingModes.Zeros,
        bool tanh = true,
        Device? device = null,
        ScalarType? dtype = null)
        : this(OperatorSettings.Checked(
            nameof(LiftingScheme), channels, kernel_size, groups, proj_groups, bias, padding_mode, device, dtype, tanh))
    {
    }

    /// <summary>A scheme of one predict and one update step with operators of your own.</summary>
    /// <param name="predict">P: takes the even half <c>[B, C, L]</c> and keeps its shape and type.</param>
    /// <param name="update">U: takes the detail <c>[B, C, L]</c> and keeps its shape and type.</param>
    /// <param name="lossless">
    /// Whether each step rounds its operator's output to an integer, as <see cref="Wavelet"/> says, so that integers come back bit for bit.
    /// </param>
    /// <remarks>
    /// The scheme registers and owns both. An operator sees every signal of a step in one batch: with B positions on the
    /// other axes, and in 2-D and 3-D several bands together.
    /// </remarks>
    /// <exception cref="ArgumentException">An operator is null or disposed, or both are the same module.</exception>
    public LiftingScheme(Module<Tensor, Tensor> predict, Module<Tensor, Tensor> update, bool lossless = false)
        : this(
            [
                NewStep(StepKind.Predict, predict ?? throw new ArgumentNullException(nameof(predict)), lossless),
                NewStep(StepKind.Update, update ?? throw new ArgumentNullException(nameof(update)), lossless),
            ],
            approximationGain: 1,
            detailGain: 1,
            areNamed: true)
    {
    }

    internal LiftingScheme(OperatorSettings settings)
        : this([LiftingStep.Predict(settings.NewOperator()), LiftingStep.Update(settings.NewOperator())])
    {
    }

    /// <summary>
    /// A scheme of any steps: <c>new LiftingScheme([LiftingStep.Predict(p), LiftingStep.Update(u), LiftingStep.Predict(q)])</c>. The
    /// inverse takes them backwards with the opposite signs.
    /// </summary>
    /// <param name="steps">
    /// The steps, in their order; without any the signal is only split. Their operators are registered as <c>predict</c> and
    /// <c>update</c> where that is the whole list, else as <c>steps.0</c>, <c>steps.1</c> ...; those are the state-dict keys.
    /// </param>
    /// <param name="approximation_gain">What the approximation of each axis is multiplied with after the steps.</param>
    /// <param name="detail_gain">The same for the detail.</param>
    /// <remarks>
    /// The scheme registers and owns the operators. Penalties (c_u, c_p) are taken before the gains. The fused kernels run it if every
    /// operator is one of <see cref="LiftingOperators"/>'s with a filter for each channel, and all have one padding; else tensor operations
    /// do.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// A step that is null, one operator twice or disposed; a gain that is 0 or not finite, or not 1 where a step rounds.
    /// </exception>
    public LiftingScheme(IReadOnlyList<LiftingStep> steps, double approximation_gain = 1, double detail_gain = 1)
        : this(Checked(steps, approximation_gain, detail_gain), approximation_gain, detail_gain, areNamed: false)
    {
    }

    private LiftingScheme(IReadOnlyList<LiftingStep> steps, double approximationGain, double detailGain, bool areNamed)
        : base(nameof(LiftingScheme))
    {
        // The constructor's argument.
        string NameOf(LiftingStep step) => !areNamed ? nameof(steps) : step.Kind == StepKind.Predict ? "predict" : "update";

        // It would be counted, saved and disposed twice.
        for (var k = 1; k < steps.Count; k++)
        {
            if (steps.Take(k).Any(step => ReferenceEquals(step.Operator, steps[k].Operator)))
            {
                var twice = $"one {steps[k].Operator.GetType().Name} twice";
                throw Errors.Wrong(nameof(LiftingScheme), "a module for each operator", twice, NameOf(steps[k]));
            }
        }

        var channels = steps.Select(step => (step.Operator as IAxisOperator)?.Channels).FirstOrDefault(count => count is not null);
        foreach (var step in steps)
        {
            if (step.Operator is IAxisOperator { Channels: { } count } && count != channels)
            {
                var wanted = $"operators of {channels} channels as the first is";
                throw Errors.Wrong(nameof(LiftingScheme), wanted, $"one of {count}", NameOf(step));
            }
        }

        foreach (var step in steps)
        {
            if (step is { Rounding: not StepRounding.None, Operator: FilterOperator filter })
            {
                filter.IsRounded = true;
            }
        }

        var own = steps.Select(step => new SchemeStep(step.Kind, step.Operator, step.Rounding)).ToArray();
        lifting = new LiftingSteps(own, approximationGain, detailGain);
        checks = new SchemeChecks(lifting);
        traits = OperatorTraits.CommonTo(lifting.Operators);
        (this.steps, approximation_gain, detail_gain) = (steps, approximationGain, detailGain);
        checks.RefuseUnlessExact(nameof(LiftingScheme), FirstWeight?.dtype, "dtype");

        // The state-dict keys of the paper's scheme are `predict.*` and `update.*`; a list of another shape is numbered.
        if (lifting.IsPredictThenUpdate)
        {
            register_module("predict", steps[0].Operator);
            register_module("update", steps[1].Operator);
        }
        else
        {
            register_module("steps", ModuleList([.. lifting.Operators]));
        }

        RegisterComponents();

        // TorchSharp leaves a disposed module out without a word.
        var registered = modules().ToHashSet();
        foreach (var step in steps)
        {
            if (!registered.Contains(step.Operator))
            {
                var gone = $"a disposed {step.Operator.GetType().Name}";
                throw Errors.Wrong(nameof(LiftingScheme), "operators that are not disposed", gone, NameOf(step));
            }
        }

        Devices.Note(this);
    }

    /// <summary>The number of channels the operators were built for; null if they are not LiftPool's own.</summary>
    internal long? Channels => traits.Channels;

    internal LiftingSteps Steps => lifting;

    internal SchemeChecks Checks => checks;

    /// <inheritdoc cref="SchemeChecks.FirstWeight"/>
    internal Tensor? FirstWeight => checks.FirstWeight;

    internal bool IsDisposed { get; private set; }

    /// <summary>This scheme, unless the module that owns it is gone.</summary>
    internal LiftingScheme ThrowIfDisposed(string layer)
        => IsDisposed
            ? throw new ObjectDisposedException(layer, $"{layer}: the operators were disposed with the module that owns them.")
            : this;

    /// <summary>This scheme, if a pool may own it. A second owner would save and dispose it twice.</summary>
    internal LiftingScheme Free(string layer)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return owner is null ? this : throw Owned(layer, owner);
    }

    /// <summary>Makes it a pool's from now on: the last that the pool's constructor does, so that one that fails owns nothing.</summary>
    internal void BecomeOwnedBy(string layer)
    {
        if (Interlocked.CompareExchange(ref owner, layer, null) is { } before)
        {
            throw Owned(layer, before);
        }
    }

    private static ArgumentException Owned(string layer, string owner)
        => Errors.Wrong(
            layer, "a scheme that no pool owns, or the pool itself to share its operators", $"the scheme of a {owner}", "scheme");

    private static LiftingStep NewStep(StepKind kind, Module<Tensor, Tensor> op, bool lossless)
        => kind == StepKind.Predict
            ? LiftingStep.Predict(op, lossless ? StepRounding.Down : StepRounding.None)
            : LiftingStep.Update(op, lossless ? StepRounding.Nearest : StepRounding.None);

    private static IReadOnlyList<LiftingStep> Checked(IReadOnlyList<LiftingStep> steps, double approximationGain, double detailGain)
    {
        ArgumentNullException.ThrowIfNull(steps);
        if (steps.Contains(null!))
        {
            throw Errors.Wrong(nameof(LiftingScheme), "steps", "one that is null", nameof(steps));
        }

        var rounds = steps.Any(step => step.Rounding != StepRounding.None);
        foreach (var (gain, name) in new[] { (approximationGain, "approximation_gain"), (detailGain, "detail_gain") })
        {
            if (!double.IsFinite(gain) || gain == 0 || (rounds && gain != 1))
            {
                var wanted = rounds ? "a gain of 1 where a step rounds" : "a finite gain that is not 0";
                throw Errors.Wrong(nameof(LiftingScheme), wanted, $"{gain}", name);
            }
        }

        // A list of one's own may change later.
        return [.. steps];
    }

    /// <inheritdoc/>
    protected override Module _to(ScalarType dtype, bool non_blocking)
    {
        checks.RefuseUnlessExact(nameof(LiftingScheme), dtype, nameof(dtype));
        return base._to(dtype, non_blocking);
    }

    /// <inheritdoc/>
    protected override Module _to(Device device, ScalarType dtype, bool non_blocking)
    {
        checks.RefuseUnlessExact(nameof(LiftingScheme), dtype, nameof(dtype));
        return base._to(device, dtype, non_blocking);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
